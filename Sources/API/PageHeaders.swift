import Contract
import HTTPTypes
import Hummingbird

extension Page {
    /// What a browser may do with a page (`security.md` §4): nothing but show it and send its own form back.
    static func protect(_ response: inout Response) {
        response.headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        response.headers[.referrerPolicy] = "no-referrer"
        response.headers[.robots] = "noindex"
    }
}
