namespace Todo.Tenancy.Inspection;

/// <summary>
/// The statements that describe schemas from PostgreSQL's catalog, object by object. Everything is said in names: no object id, no
/// column number, and nothing that differs between two schemas only because they are two.
/// </summary>
/// <remarks>
/// They run with an empty search path. PostgreSQL then qualifies every name outside of <c>pg_catalog</c>, always in the same way, and
/// the schema's own qualifier can be taken out as text. What still names the schema after that (a function's <c>SET search_path</c>,
/// a text in its body) becomes a placeholder.
/// </remarks>
internal static class SchemaFingerprintSql
{
    /// <summary>
    /// Empties the search path until the transaction ends or <see cref="Leave"/> is run; without a transaction, until the batch ends.
    /// </summary>
    public const string Enter = "SELECT set_config('todo.search_path', current_setting('search_path'), true), set_config('search_path', '', true)";

    /// <summary>Puts the search path of the caller's transaction back.</summary>
    public const string Leave = "SELECT set_config('search_path', current_setting('todo.search_path'), true)";

    /// <summary>Schema and hash of each schema in <c>$1</c>; none for a schema without objects, or that does not exist.</summary>
    public const string Hashes =
        $"""
        {Objects}
        SELECT schema, encode(sha256(convert_to(string_agg(object || ': ' || definition, E'\n' ORDER BY object || ': ' || definition COLLATE "C"), 'UTF8')), 'hex')
        FROM described GROUP BY schema
        """;

    /// <summary>Every object of the schemas in <c>$1</c>: schema, the object that it is a part of (or null), object, definition. In the order in which they are hashed.</summary>
    public const string Lines =
        $"""
        {Objects}
        SELECT schema, part_of, object, definition FROM described ORDER BY schema, object || ': ' || definition COLLATE "C"
        """;

    // Composite attributes and index columns keep their order, because it means something there; a table's columns don't. What exists
    // only as a part of something else (a range's constructors, a foreign key's triggers) is left to that. "objects" is
    // materialized because a filter on a definition would otherwise be pushed down and have every definition made twice.
    private const string Objects =
        """
        WITH chosen AS MATERIALIZED (
            SELECT oid, nspname::text AS schema, quote_ident(nspname) || '.' AS qualifier FROM pg_namespace WHERE nspname = ANY ($1)
        ), relations AS MATERIALIZED (
            SELECT c.oid, c.relnamespace AS namespace, c.relkind AS kind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, c.relreplident,
                c.reloptions, c.relpartbound, quote_ident(c.relname) AS name,
                CASE c.relkind WHEN 'S' THEN 'sequence ' WHEN 'v' THEN 'view ' WHEN 'm' THEN 'materialized view ' WHEN 'f' THEN 'foreign table ' ELSE 'table ' END
                    || quote_ident(c.relname) AS object
            FROM pg_class c JOIN chosen n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
        ), types AS MATERIALIZED (
            SELECT t.oid, t.typnamespace AS namespace, t.typtype AS kind, t.typrelid, t.typbasetype, t.typtypmod, t.typnotnull, t.typdefault, t.typcollation,
                quote_ident(t.typname) AS name
            FROM pg_type t JOIN chosen n ON n.oid = t.typnamespace WHERE t.typtype IN ('e', 'd', 'c', 'r')
        ), objects (namespace, part_of, object, definition) AS MATERIALIZED (
            SELECT namespace, NULL::text, object, concat_ws(' ',
                CASE relpersistence WHEN 'p' THEN 'permanent' WHEN 'u' THEN 'unlogged' ELSE 'temporary' END,
                CASE kind WHEN 'p' THEN 'partitioned by ' || pg_get_partkeydef(oid) END,
                (SELECT string_agg('child of ' || i.inhparent::regclass::text, ' ' ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = relations.oid),
                pg_get_expr(relpartbound, oid),
                CASE WHEN relrowsecurity THEN 'row security' END,
                CASE WHEN relforcerowsecurity THEN 'forced row security' END,
                CASE WHEN kind IN ('r', 'p') AND relreplident <> 'd' THEN 'replica identity ' || relreplident::text END,
                CASE WHEN reloptions IS NOT NULL THEN 'with (' || array_to_string(ARRAY(SELECT unnest(reloptions) ORDER BY 1), ', ') || ')' END,
                CASE WHEN kind IN ('v', 'm') THEN 'as ' || pg_get_viewdef(oid) END)
            FROM relations WHERE kind <> 'S'
            UNION ALL
            SELECT r.namespace, r.object, format('column %s.%I', r.name, a.attname), concat_ws(' ',
                format_type(a.atttypid, a.atttypmod),
                CASE WHEN a.attcollation <> t.typcollation THEN 'collate ' || a.attcollation::regcollation::text END,
                CASE WHEN a.attnotnull THEN 'not null' ELSE 'null' END,
                CASE a.attgenerated WHEN '' THEN 'default ' ELSE 'generated (' || a.attgenerated::text || ') as ' END || pg_get_expr(d.adbin, d.adrelid),
                CASE a.attidentity WHEN 'a' THEN 'identity always' WHEN 'd' THEN 'identity by default' END)
            FROM relations r
            JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
            JOIN pg_type t ON t.oid = a.atttypid
            LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE r.kind IN ('r', 'p', 'f')
            UNION ALL
            SELECT r.namespace, r.object, format('constraint %I on %s', c.conname, r.name), concat_ws(' ', pg_get_constraintdef(c.oid), CASE WHEN NOT c.convalidated THEN '(not validated)' END)
            FROM relations r JOIN pg_constraint c ON c.conrelid = r.oid WHERE c.contype IN ('c', 'f', 'p', 'u', 'x')
            UNION ALL
            SELECT r.namespace, r.object, format('index %I on %s', c.relname, r.name), concat_ws(' ', pg_get_indexdef(i.indexrelid), CASE WHEN NOT (i.indisvalid AND i.indisready) THEN '(invalid)' END)
            FROM relations r JOIN pg_index i ON i.indrelid = r.oid JOIN pg_class c ON c.oid = i.indexrelid
            UNION ALL
            SELECT r.namespace, r.object, format('trigger %I on %s', t.tgname, r.name), concat_ws(' ',
                pg_get_triggerdef(t.oid), CASE t.tgenabled WHEN 'O' THEN NULL WHEN 'D' THEN '(disabled)' ELSE '(fires ' || t.tgenabled::text || ')' END)
            FROM relations r JOIN pg_trigger t ON t.tgrelid = r.oid WHERE NOT t.tgisinternal
            UNION ALL
            SELECT r.namespace, r.object, format('rule %I on %s', w.rulename, r.name), concat_ws(' ', pg_get_ruledef(w.oid), CASE w.ev_enabled WHEN 'O' THEN NULL WHEN 'D' THEN '(disabled)' ELSE '(fires ' || w.ev_enabled::text || ')' END)
            FROM relations r JOIN pg_rewrite w ON w.ev_class = r.oid WHERE w.rulename <> '_RETURN'
            UNION ALL
            SELECT r.namespace, r.object, format('policy %I on %s', p.polname, r.name), concat_ws(' ',
                CASE WHEN p.polpermissive THEN 'permissive' ELSE 'restrictive' END,
                'for ' || p.polcmd::text,
                'to ' || ARRAY(SELECT CASE m WHEN 0 THEN 'public' ELSE m::regrole::text END FROM unnest(p.polroles) m ORDER BY 1)::text,
                'using ' || pg_get_expr(p.polqual, p.polrelid),
                'check ' || pg_get_expr(p.polwithcheck, p.polrelid))
            FROM relations r JOIN pg_policy p ON p.polrelid = r.oid
            UNION ALL
            SELECT r.namespace, NULL, r.object, concat_ws(' ',
                CASE r.relpersistence WHEN 'p' THEN 'permanent' WHEN 'u' THEN 'unlogged' ELSE 'temporary' END,
                format_type(s.seqtypid, NULL),
                format('start %s increment %s minimum %s maximum %s cache %s', s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache),
                CASE WHEN s.seqcycle THEN 'cycle' END,
                (SELECT format('of %s.%I', d.refobjid::regclass, a.attname) FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
                 WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')))
            FROM relations r JOIN pg_sequence s ON s.seqrelid = r.oid
            UNION ALL
            SELECT p.pronamespace, NULL, CASE p.prokind WHEN 'a' THEN 'aggregate ' WHEN 'p' THEN 'procedure ' ELSE 'function ' END || p.oid::regprocedure::text, concat_ws(' ',
                'returns ' || pg_get_function_result(p.oid),
                'definition ' || md5(replace(replace(
                    CASE p.prokind
                        WHEN 'a' THEN (SELECT concat_ws(' ', a.aggkind, a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn, a.aggmtransfn,
                            a.aggminvtransfn, a.aggmfinalfn, a.aggfinalextra, a.aggfinalmodify, format_type(a.aggtranstype, NULL), quote_nullable(a.agginitval)) FROM pg_aggregate a WHERE a.aggfnoid = p.oid)
                        ELSE pg_get_functiondef(p.oid)
                    END, n.qualifier, ''), n.schema, '<schema>')))
            FROM pg_proc p JOIN chosen n ON n.oid = p.pronamespace
            WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
            UNION ALL
            SELECT namespace, NULL, 'enum ' || name, ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = types.oid ORDER BY e.enumsortorder)::text FROM types WHERE kind = 'e'
            UNION ALL
            SELECT t.namespace, NULL, 'domain ' || t.name, concat_ws(' ',
                format_type(t.typbasetype, t.typtypmod),
                CASE WHEN t.typcollation <> b.typcollation THEN 'collate ' || t.typcollation::regcollation::text END,
                CASE WHEN t.typnotnull THEN 'not null' ELSE 'null' END,
                'default ' || t.typdefault)
            FROM types t JOIN pg_type b ON b.oid = t.typbasetype WHERE t.kind = 'd'
            UNION ALL
            SELECT t.namespace, 'domain ' || t.name, format('constraint %I on %s', c.conname, t.name), concat_ws(' ', pg_get_constraintdef(c.oid), CASE WHEN NOT c.convalidated THEN '(not validated)' END)
            FROM types t JOIN pg_constraint c ON c.contypid = t.oid WHERE t.kind = 'd' AND c.contype = 'c'
            UNION ALL
            SELECT t.namespace, NULL, 'type ' || t.name, '(' || (SELECT string_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
                    CASE WHEN a.attcollation <> b.typcollation THEN 'collate ' || a.attcollation::regcollation::text END), ', ' ORDER BY a.attnum)
                FROM pg_attribute a JOIN pg_type b ON b.oid = a.atttypid WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) || ')'
            FROM types t JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c' WHERE t.kind = 'c'
            UNION ALL
            SELECT t.namespace, NULL, 'range ' || t.name, 'of ' || format_type(g.rngsubtype, NULL) FROM types t JOIN pg_range g ON g.rngtypid = t.oid WHERE t.kind = 'r'
        ), described AS (
            SELECT n.schema,
                replace(replace(o.part_of, n.qualifier, ''), n.schema, '<schema>') AS part_of,
                replace(replace(o.object, n.qualifier, ''), n.schema, '<schema>') AS object,
                replace(replace(o.definition, n.qualifier, ''), n.schema, '<schema>') AS definition
            FROM objects o JOIN chosen n ON n.oid = o.namespace WHERE o.object IS NOT NULL AND o.definition IS NOT NULL
        )
        """;
}
