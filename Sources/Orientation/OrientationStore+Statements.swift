import Contract
import Fields
import Postgres

/// Parts of statements on an orientation `o`, which several ask for.
extension OrientationStore {
    /// Its need `n`, session `x`, structure `s`, the session's organiser `h`, the prescriber `p`, who received it `r`, the person `c`
    /// (as far as policies let: looked for one by one, since a policy on people asks about each), and the commune `t` of its target.
    static let joins: SQL = """
        LEFT JOIN need n ON n.id = o.need_id
        LEFT JOIN session x ON x.id = o.session_id
        LEFT JOIN structure s ON s.id = o.structure_id
        LEFT JOIN organisation h ON h.id = x.organisation_id
        LEFT JOIN commune t ON t.insee = coalesce(n.insee, x.insee, s.insee)
        JOIN organisation p ON p.id = o.organisation_id
        LEFT JOIN organisation r ON r.id = o.receiver_id
        LEFT JOIN LATERAL (SELECT * FROM candidate WHERE candidate.id = o.candidate_id OFFSET 0) AS c ON true
        """

    /// What it is for.
    static let target: SQL = """
        jsonb_build_object('kind', o.target_kind, 'id', coalesce(o.need_id, o.session_id, o.structure_id),
                           'title', coalesce(n.title, x.title, s.usual_name), 'host', coalesce(s.usual_name, h.name),
                           'commune', t.name)
        """

    /// Whether who received it still sees the person.
    static let isVisible: SQL = "(o.visible_until IS NULL OR o.visible_until >= (SELECT caller_day()))"

    /// Whether an organisation proposes or follows the person.
    static func isFollowed(by organisation: Identifier<OrganisationTag>) -> SQL {
        "\(organisation) IN (o.organisation_id, o.referent_id)"
    }

    /// As what a member sees it.
    static func role(of member: Caller.Member) -> SQL {
        """
        CASE WHEN \(isFollowed(by: member.organisationID)) THEN 'prescriber'
             WHEN o.receiver_id = \(member.organisationID) THEN 'recruiter' ELSE 'team' END
        """
    }

    /// Kilometres between home and work, as the crow flies.
    private static let distance: SQL = """
        (SELECT round(2 * 6371 * asin(least(1, cube_distance(unit_point(v.latitude, v.longitude),
                    unit_point(coalesce(n.latitude, s.latitude, t.latitude), coalesce(n.longitude, s.longitude, t.longitude))) / 2)))::integer
           FROM commune v WHERE v.insee = c.insee)
        """

    /// The person: for who follows them a name and the way to the file; for who received the orientation first what is needed to
    /// decide, then, once it is taken up, who it is.
    static func person(for role: OrientationRole) -> SQL {
        switch role {
        case .team: "NULL::jsonb"
        case .candidate:
            """
            jsonb_build_object('first_name', c.first_name, 'diplomas', '[]'::jsonb, 'night', false, 'weekend', false,
                               'split_shifts', false)
            """
        case .prescriber:
            """
            CASE WHEN c.id IS NOT NULL THEN jsonb_build_object(
                'id', c.id, 'first_name', c.first_name, 'last_name', c.last_name, 'diplomas', to_jsonb(c.diplomas), 'night', c.night,
                'weekend', c.weekend, 'split_shifts', c.split_shifts, 'distance_km', \(distance)) END
            """
        case .recruiter:
            """
            CASE WHEN c.id IS NOT NULL AND \(isVisible) THEN jsonb_strip_nulls(jsonb_build_object(
                'first_name', c.first_name, 'diplomas', to_jsonb(c.diplomas), 'experience_years', c.experience_years,
                'licence', c.licence, 'vehicle', c.vehicle, 'mobility_km', c.mobility_km, 'distance_km', \(distance),
                'available_from', c.available_from, 'night', c.night, 'weekend', c.weekend, 'split_shifts', c.split_shifts,
                'last_name', CASE WHEN o.opened_at IS NOT NULL THEN c.last_name END,
                'email', CASE WHEN o.opened_at IS NOT NULL THEN c.email END,
                'phone', CASE WHEN o.opened_at IS NOT NULL THEN c.phone END,
                'experience', CASE WHEN o.opened_at IS NOT NULL THEN c.experience END)) END
            """
        }
    }

    /// Kinds of texts that a reader reads.
    private static func texts(for role: OrientationRole) -> SQL {
        switch role {
        case .prescriber: "true"
        // A text may name the person.
        case .recruiter: "\(isVisible)"
        case .candidate: "w.kind IN ('to_candidate', 'place', 'programme')"
        case .team: "false"
        }
    }

    /// One orientation as a reader sees it.
    static func one(_ id: Orientation.ID, role: OrientationRole, for organisation: Identifier<OrganisationTag>?) -> SQL
    {
        """
        SELECT o.id, \(target) AS target, \(person(for: role)) AS candidate,
               jsonb_build_object('code', p.code, 'name', p.name) AS organisation,
               CASE WHEN r.id IS NOT NULL THEN jsonb_build_object('code', r.code, 'name', r.name) END AS receiver,
               \(role) AS role, o.state, o.due_on, o.sent_at, o.answered_at, o.closed_at, o.reminded, o.reason, o.appointment_at,
               o.prior_action, o.prior_starts_on, o.prior_ends_on, o.training_session_id, o.training_starts_on,
               o.training_ends_on, o.training_result, o.hired_at, o.hire_contract, o.hire_starts_on, o.hire_hours,
               (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', w.kind, 'text', w.text, 'organisation', g.name, 'at', w.at)
                                          ORDER BY w.id), '[]')
                  FROM orientation_text w LEFT JOIN organisation g ON g.id = w.organisation_id
                 WHERE w.orientation_id = o.id AND \(texts(for: role))) AS texts,
               (SELECT coalesce(jsonb_agg(jsonb_build_object('at', e.at, 'kind', e.kind, 'from', e.from_state, 'to', e.to_state,
                                              'actor', e.actor, 'organisation', g.name, 'reason', e.reason) ORDER BY e.position), '[]')
                  FROM orientation_event e LEFT JOIN organisation g ON g.id = e.organisation_id
                 WHERE e.orientation_id = o.id) AS events,
               (SELECT coalesce(jsonb_agg(jsonb_build_object('months', k.months, 'due_on', k.due_on, 'outcome', k.outcome,
                                              'recorded_at', k.recorded_at) ORDER BY k.months), '[]')
                  FROM checkpoint k WHERE k.orientation_id = o.id AND \(role) = 'prescriber') AS checkpoints,
               o.created_at, o.updated_at, o.version
          FROM orientation o \(joins)
         WHERE o.id = \(id)
        """
    }
}
