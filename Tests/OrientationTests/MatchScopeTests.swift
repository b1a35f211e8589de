import Accounts
import Contract
import Fields
import Postgres
import Recruitment
import TestSupport
import Testing

@testable import Orientation

/// Whose files are compared, and what never is (`security.md` §3).
@Suite(.database) struct `Matches of others` {
    @Test func `show one's own files and live shares of wishes, whatever else there is`() async throws {
        try await MatchStage.run { stage in
            let need = try await stage.need("ouvert", "diplomas = '{tp-advf-37715}'")
            let theirs = stage.two.organisationID
            func file(_ name: String) async throws -> Candidate.ID {
                try await stage.make.candidate(of: theirs, firstName: name, jobs: ["K1302"])
            }
            let shared = try await file("Partagée")
            try await MatchStage.set(
                "candidate", shared.fieldText, "diplomas = '{tp-advf-37715}', experience_years = 9")
            try await stage.make.share(shared, with: stage.one.organisationID, fields: [.wishes])
            let whole = try await file("Entière")
            try await MatchStage.set("candidate", whole.fieldText, "diplomas = '{tp-advf-37715}'")
            try await stage.make.share(whole, with: stage.one.organisationID, .followUp)
            _ = try await file("Étrangère")
            try await stage.make.share(try await file("Finie"), with: stage.one.organisationID, days: -5)
            try await stage.make.share(
                try await file("Sans souhaits"), with: stage.one.organisationID, fields: [.background])
            let revoked = try await stage.make.share(try await file("Reprise"), with: stage.one.organisationID)
            try await MatchStage.set("candidate_share", revoked.fieldText, "revoked_at = now()")
            let objecting = try await stage.make.candidate(of: stage.one.organisationID, jobs: ["K1302"])
            try await MatchStage.set("candidate", objecting.fieldText, "objected_at = now()")

            let found = try await stage.candidates(for: need, .init(limit: .largest, includeExcluded: true))
            #expect(Set(found.names) == Set([stage.candidate, shared, whole].map(\.fieldText)))
            let accesses = found.items.map { [$0.subject["id"]?.string, $0.subject["access"]?.string] }
            #expect(
                Set(accesses) == [
                    [stage.candidate.fieldText, "own"], [shared.fieldText, "read"], [whole.fieldText, "follow_up"],
                ])
            // What the share leaves out counts as not said.
            let partly = try #require(found.items.first { $0.subject["id"]?.string == shared.fieldText })
            #expect(partly.byCode["diploma"] == 7)
            #expect(partly.byCode["experience"] == 2)
            #expect(partly.byCode["distance"] == 10)
            #expect(
                partly.sentence("diploma").hasSuffix("le partage du dossier ne montre pas les diplômes, à vérifier"))
            let same = try await stage.needs(for: shared).items
            #expect(same.first?.points == partly.points)
            // No way to reach anybody, nor any surname.
            #expect(
                Set(found.items.flatMap { $0.subject.members.map(\.name) })
                    == ["id", "first_name", "organisation", "access", "may_send"])
        }
    }

    @Test func `are refused to everybody else`() async throws {
        try await MatchStage.run { stage in
            let need = try await stage.need("ouvert")
            let draft = try await stage.make.need(of: stage.structure, stage.employer, state: .draft)
            let unauthorised = try await stage.make.member(
                of: try await stage.make.prescriber("nouveau", authorisation: .notSet), kind: .prescriber)
            let own = try await stage.make.candidate(of: unauthorised.organisationID)
            let recruiter = try await stage.make.member(of: stage.employer, kind: .employer)
            let team = try await stage.make.member(
                of: try await stage.make.organisation("equipe", kind: .platform), kind: .platform)
            func files(_ id: Candidate.ID, _ member: Caller.Member) async throws -> Problem? {
                try await refusal { _ = try await stage.needs(for: id, as: member) }?.problem
            }
            func needs(_ id: PublicNeed.ID, _ member: Caller.Member) async throws -> Problem? {
                try await refusal { _ = try await stage.candidates(for: id, as: member) }?.problem
            }
            for stranger in [stage.two, recruiter, team, unauthorised] {
                #expect(try await files(stage.candidate, stranger) == CandidateRefusals.candidate)
            }
            #expect(try await files(own, unauthorised) == .forbidden)
            for stranger in [recruiter, team, unauthorised] { #expect(try await needs(need, stranger) == .forbidden) }
            #expect(try await needs(draft, stage.one) == RecruitmentRefusals.need)
            #expect(try await needs(draft, recruiter) == .forbidden)
            #expect(
                try await files(try .init(fieldText: PublicNeed.ID.placeholder.fieldText), stage.one)
                    == CandidateRefusals.candidate)
            try await MatchStage.set("candidate", stage.candidate.fieldText, "objected_at = now()")
            #expect(try await files(stage.candidate, stage.one) == OrientationRefusals.objected)
        }
    }

    @Test func `are nobody's by SQL, whomever the statement names`() async throws {
        try await MatchStage.run { stage in
            func wanting(_ named: Caller.Member, as caller: Caller) async throws -> Int {
                try await stage.database.transaction(as: caller) { transaction in
                    try await transaction.rows(
                        "SELECT count(*) AS value FROM candidates_wanting(\(named.id), '{K1302}')", as: Value<Int>.self
                    ).first()?.value ?? -1
                }
            }
            let unauthorised = try await stage.make.member(
                of: try await stage.make.prescriber("nouveau", authorisation: .refused), kind: .prescriber)
            _ = try await stage.make.candidate(of: unauthorised.organisationID)
            #expect(try await wanting(stage.one, as: .member(stage.one, requestID: "r")) == 1)
            #expect(try await wanting(stage.two, as: .member(stage.two, requestID: "r")) == 0)
            #expect(try await wanting(stage.one, as: .member(stage.two, requestID: "r")) == 0)
            #expect(try await wanting(stage.one, as: .anonymous(requestID: "r")) == 0)
            #expect(try await wanting(stage.one, as: .system(requestID: "r")) == 0)
            #expect(try await wanting(unauthorised, as: .member(unauthorised, requestID: "r")) == 0)
            let database = TestDatabase.current.asServer()
            // The role of reads without a token may not even ask.
            await #expect(throws: DatabaseError.self) {
                _ = try await database.read(
                    "SELECT count(*) AS value FROM candidates_wanting(\(stage.one.id), '{K1302}')", as: Value<Int>.self)
            }
            await database.close()
        }
    }

    @Test func `never look at what is only counted`() async throws {
        let sources = try await TestDatabase.current.asSuperuser().read(
            """
            SELECT string_agg(pg_get_functiondef(p.oid), ' ') AS value FROM pg_proc p
             WHERE p.pronamespace = 'public'::regnamespace
               AND p.proname IN ('match_pair', 'match_weight', 'candidates_wanting', 'jobs_near', 'jobs_leading', 'km_between',
                                 'diploma_registrations')
            """, as: Value<String>.self
        ).first()?.value
        let text = try #require(sources)
        let criteria = [
            "candidate_statistics", "long_term", "rsa", "qpv", "diploma_level", "disability", "sex", "birth_year",
        ]
        for word in criteria { #expect(!text.contains(word), "\(word)") }
        try await MatchStage.run { stage in
            _ = try await stage.need("ouvert")
            let before = try await stage.needs().items.map(\.points)
            try await TestDatabase.current.tamper(
                """
                INSERT INTO candidate_statistics (candidate_id, sex, long_term_unemployed, rsa, qpv, qpv_vintage, diploma_level, updated_at)
                VALUES ('\(stage.candidate)', 'f', true, true, true, 2024, 7, now());
                UPDATE candidate SET birth_year = 1950, situation = 'student' WHERE id = '\(stage.candidate)'
                """)
            #expect(try await stage.needs().items.map(\.points) == before)
            // The role that ranks can't read them either.
            let rights = try await TestDatabase.current.asSuperuser().read(
                """
                SELECT has_any_column_privilege('pa31_search', 'candidate_statistics', 'SELECT')
                    OR has_column_privilege('pa31_search', 'candidate', 'birth_year', 'SELECT')
                    OR has_column_privilege('pa31_search', 'candidate', 'last_name', 'SELECT') AS value
                """, as: Value<Bool>.self
            ).first()?.value
            #expect(rights == false)
        }
    }
}
