import Accounts
import Directory
import Fields
import Recruitment
import TestSupport

extension EndpointMatrix {
    /// Needs and sessions in the state that each endpoint wants, and the structure that the contract's example recruits for.
    static func recruitment(
        employer: Organisation.ID, organiser: Organisation.ID
    ) async throws -> [String: String] {
        let make = Make()
        let structure = try await make.structure("31FIC0006", "EHPAD Les Tilleuls de l'Hers (fictif)", of: employer)
        try await make.contact(of: structure, employer)
        let waiting = try await make.session(of: organiser)
        try await make.contact(of: waiting, organiser, state: .pending)
        func need(_ state: NeedState = .open) async throws -> String {
            try await make.need(of: structure, employer, state: state).fieldText
        }
        func session(_ state: SessionState = .open) async throws -> String {
            try await make.session(of: organiser, state: state).fieldText
        }
        return [
            "need_read": try await need(), "need_match_list": try await need(), "need_history": try await need(),
            "need_edit": try await need(),
            "need_move": try await need(), "need_delete": try await need(.draft),
            "session_read": try await session(), "session_history": try await session(),
            "session_edit": try await session(), "session_move": try await session(),
            "session_contact_give": try await session(), "session_contact_confirm": waiting.fieldText,
        ]
    }
}
