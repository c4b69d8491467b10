//! Which index answers which question. A sort or a scan would pass every story, and stop a server with a million
//! secrets.

use contract::{ListOrder, ListPosition, ListQuery, SortKey};
use rusqlite::{Connection, ToSql};
use terms::SecretName;

use crate::{
    list::{NAMED, Range, VERSION},
    migrate::migrate,
    read::{DUE_JOBS, LAST_USE, ROTATION_ATTEMPTS, SEALED, UNPLANNED, VERSIONS, secret_by_id, secret_by_name},
};

#[test]
fn a_page_is_a_seek_in_the_index_of_its_order() {
    for (order, index, column) in [
        (ListOrder::Created, "INDEX secret_by_created", "created_at"),
        (ListOrder::Accessed, "INDEX secret_by_accessed", "accessed_day"),
    ] {
        for descending in [false, true] {
            let beyond = if descending { "<" } else { ">" };
            let first = Range::of(1, &query(order, descending, None)).select();
            assert_eq!(plan(first), [format!("SEARCH secret USING {index} (scope=?)")]);
            let behind = Range::of(1, &query(order, descending, Some(SortKey::Number(5)))).select();
            let seek = format!("SEARCH secret USING {index} (scope=? AND ({column},name){beyond}(?,?))");
            assert_eq!(plan(behind), [seek]);
        }
    }
}

#[test]
fn a_page_by_last_change_sorts_its_own_scope_and_reads_no_other() {
    for key in [None, Some(SortKey::Number(5))] {
        let steps = plan(Range::of(1, &query(ListOrder::Changed, true, key)).select());
        assert!(steps[0].starts_with("SEARCH secret USING INDEX ") && steps[0].ends_with(" (scope=?)"), "{steps:?}");
        assert_eq!(steps[1..], ["USE TEMP B-TREE FOR ORDER BY"]);
    }
}

#[test]
fn a_page_by_name_is_a_seek_with_a_bound_on_each_side() {
    const BY_NAME: &str = "SEARCH secret USING INDEX sqlite_autoindex_secret_1";
    for (descending, beyond) in [(false, ">"), (true, "<")] {
        let first = query(ListOrder::Name, descending, None);
        let behind = query(ListOrder::Name, descending, Some(SortKey::Name));
        assert_eq!(plan(Range::of(1, &first).select()), [format!("{BY_NAME} (scope=?)")]);
        assert_eq!(plan(Range::of(1, &behind).select()), [format!("{BY_NAME} (scope=? AND name{beyond}?)")]);
        for (query, bounds) in [(&first, 2), (&behind, 2)] {
            let mut range = Range::of(1, query);
            range.narrow_to("prod/");
            let (sql, values) = range.select();
            // A third bound would not reach the index, and each page would begin at the edge of the prefix.
            assert_eq!(sql.matches("name <").count() + sql.matches("name >").count(), bounds, "{sql}");
            assert_eq!(plan((sql, values)), [format!("{BY_NAME} (scope=? AND name>? AND name<?)")]);
        }
    }
}

#[test]
fn a_position_takes_the_place_of_the_edge_it_is_beyond() {
    let narrowed = |descending, prefix: &str| {
        let query = query(ListOrder::Name, descending, Some(SortKey::Name));
        let mut range = Range::of(1, &query);
        range.narrow_to(prefix);
        let (sql, values) = range.select();
        let connection = Connection::open_in_memory().unwrap();
        let text = |value: &dyn ToSql| connection.query_row("SELECT ?", [value], |row| row.get::<_, String>(0));
        let names: Vec<String> = values[1..3].iter().map(|value| text(value).unwrap()).collect();
        let signs: String = sql.split("name ").skip(1).filter_map(|rest| rest.split(' ').next()).collect();
        (signs.replace("DESC", "").replace("ASC", ""), names)
    };
    // The position is prod/db.
    let pair = |from: &str, to: &str| vec![from.to_owned(), to.to_owned()];
    assert!(narrowed(false, "prod/").0.contains("><"));
    assert_eq!(narrowed(false, "prod/").1, pair("prod/db", "prod/\u{10FFFF}"));
    assert_eq!(narrowed(true, "prod/").1, pair("prod/", "prod/db"));
    assert_eq!(narrowed(false, "test/").1, pair("test/", "test/\u{10FFFF}"));
    assert_eq!(narrowed(true, "test/").1, pair("test/", "prod/db"));
    assert_eq!(narrowed(false, "a").1, pair("prod/db", "a\u{10FFFF}"));
}

#[test]
fn a_point_read_is_one_seek_and_never_a_sort() {
    for (sql, expected) in [
        (NAMED, "SEARCH secret USING COVERING INDEX sqlite_autoindex_secret_1 (scope=? AND name>? AND name<?)"),
        (&*secret_by_id(), "SEARCH secret USING INTEGER PRIMARY KEY (rowid=?)"),
        (&*secret_by_name(), "SEARCH secret USING INDEX sqlite_autoindex_secret_1 (scope=? AND name=?)"),
        (VERSIONS, "SEARCH version USING PRIMARY KEY (secret=?)"),
        (VERSION, "SEARCH version USING PRIMARY KEY (secret=? AND version=?)"),
        (SEALED, "SEARCH version USING PRIMARY KEY (secret=? AND version=?)"),
        (LAST_USE, "SEARCH last_use USING PRIMARY KEY (id=?)"),
    ] {
        assert_eq!(plan((sql.to_owned(), Vec::new())), [expected]);
    }
}

#[test]
fn a_page_of_a_timeline_is_a_seek_and_so_is_where_it_begins() {
    assert_eq!(
        plan((ROTATION_ATTEMPTS.to_owned(), Vec::new())),
        [
            "SEARCH rotation_attempt USING PRIMARY KEY (secret=? AND sequence<?)",
            "SCALAR SUBQUERY 1",
            "SEARCH rotation_attempt USING INDEX sqlite_autoindex_rotation_attempt_2 (secret=? AND id=?)",
        ]
    );
}

#[test]
fn what_is_not_planned_is_looked_for_among_what_rotates() {
    assert_eq!(
        plan((UNPLANNED.to_owned(), Vec::new())),
        [
            "SEARCH secret USING INDEX secret_rotating (id>?)",
            "CORRELATED SCALAR SUBQUERY 1",
            "SEARCH job USING PRIMARY KEY (kind=? AND subject=?)",
            "SEARCH scope USING INTEGER PRIMARY KEY (rowid=?)",
        ]
    );
}

#[test]
fn due_jobs_come_from_their_index_in_order() {
    assert_eq!(
        plan((DUE_JOBS.to_owned(), Vec::new())),
        ["SEARCH job USING INDEX job_by_due (due_at<?)", "SEARCH scope USING INTEGER PRIMARY KEY (rowid=?)"]
    );
}

fn query(order: ListOrder, descending: bool, key: Option<SortKey>) -> ListQuery {
    let after = key.map(|key| ListPosition { key, name: SecretName::parse("prod/db").unwrap() });
    ListQuery { order, descending, include_scheduled_deletion: false, name_prefixes: Vec::new(), after, limit: 100 }
}

/// What SQLite would do.
fn plan((sql, values): (String, Vec<Box<dyn ToSql>>)) -> Vec<String> {
    let mut connection = Connection::open_in_memory().unwrap();
    migrate(&mut connection).unwrap();
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    // Parameters that are left out are NULL, which changes no plan.
    for (index, value) in values.iter().enumerate() {
        statement.raw_bind_parameter(index + 1, value).unwrap();
    }
    let mut rows = statement.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        steps.push(row.get("detail").unwrap());
    }
    steps
}
