import Contract
import Fields
import Postgres

extension ActionStore.Filter {
    /// What a list `a` of public actions is narrowed down by.
    ///
    /// Only what was asked for stands in the statement: with `$1 IS NULL OR …` the plan that PostgreSQL keeps for a
    /// prepared statement can use no index, and reads the whole table for a page.
    func conditions() throws(Refusal) -> SQL {
        var all: SQL = "true"
        if let after = try cursor?.key(of: "actions", ActionCode.self) { all = "\(all) AND a.code > \(after)" }
        if let axis { all = "\(all) AND a.axis = \(axis)" }
        if let status { all = "\(all) AND a.status = \(status)" }
        if let late { all = "\(all) AND a.is_late = \(late)" }
        if let lead { all = "\(all) AND a.lead->>'code' = \(lead)" }
        if let funder {
            all = "\(all) AND a.funding @> jsonb_build_array(jsonb_build_object('funder', \(funder)::text))"
        }
        if let dueBefore { all = "\(all) AND a.planned_end < \(dueBefore)" }
        // Each word stands in the text, or something near it does.
        for word in q?.words ?? [] {
            all = """
                \(all) AND (a.search_text LIKE folded(\("%" + word.likeEscaped + "%"))
                            OR (folded(\(word)) <% a.search_text AND has_word_near(a.search_text, folded(\(word)))))
                """
        }
        return all
    }
}

extension String {
    /// The text as a LIKE pattern that matches only itself.
    fileprivate var likeEscaped: String {
        reduce(into: "") { $0 += "\\%_".contains($1) ? "\\\($1)" : String($1) }
    }
}
