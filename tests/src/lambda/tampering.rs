//! Whoever writes into the store behind the server's back.

use serde_json::{Value, json};

use super::{Workshop, path};
use crate::{
    house::{Grounds, House},
    tampering::store,
};

/// Two functions with code and variables of their own, closed.
async fn closed() -> (Grounds, std::sync::Arc<super::Echo>) {
    let workshop = Workshop::open().await;
    let environment = |value: &str| json!({"Environment": {"Variables": {"STAGE": value}}});
    workshop.made_with("app", environment("one")).await;
    workshop.made_with("other", environment("two")).await;
    (workshop.house.close().await, workshop.host)
}

async fn reopened(grounds: Grounds, host: &std::sync::Arc<super::Echo>) -> House {
    grounds.open_with_host(std::sync::Arc::clone(host) as _).await
}

/// Each function has the other's code.
const CODE_SWAPPED: &str = "CREATE TEMP TABLE held AS SELECT function, sealed FROM function_code; \
     UPDATE function_code SET sealed = (SELECT sealed FROM held WHERE held.function != function_code.function)";
/// Each function has the other's variables.
const VARIABLES_SWAPPED: &str = "CREATE TEMP TABLE held AS SELECT function, environment FROM function_version; \
     UPDATE function_version SET environment = \
     (SELECT environment FROM held WHERE held.function != function_version.function)";
const CODE_CHANGED: &str =
    "UPDATE function_code SET sealed = CAST(substr(sealed, 1, 40) || x'00000000' || substr(sealed, 45) AS BLOB)";

#[tokio::test]
async fn sealed_rows_that_changed_places_do_not_open() {
    for sql in [CODE_SWAPPED, VARIABLES_SWAPPED, CODE_CHANGED] {
        let (grounds, host) = closed().await;
        store(&grounds).execute_batch(sql).unwrap();
        let house = reopened(grounds, &host).await;
        for name in ["app", "other"] {
            let answer = house.admin().invoke(name, &[], b"{}").await;
            answer.is_rest_error(500, "ServiceException", "An internal error occurred.");
        }
        assert_eq!(host.calls().len(), 0, "{sql}");
    }
}

#[tokio::test]
async fn variables_of_another_function_are_not_shown() {
    let (grounds, host) = closed().await;
    store(&grounds).execute_batch(VARIABLES_SWAPPED).unwrap();
    let house = reopened(grounds, &host).await;
    for target in [path("app", "/configuration"), path("other", ""), "/2015-03-31/functions".to_owned()] {
        let read = house.admin().rest("GET", &target, Value::Null).await;
        read.is_rest_error(500, "ServiceException", "An internal error occurred.");
    }
}

#[tokio::test]
async fn a_change_behind_the_trails_back_is_found() {
    let (grounds, _) = closed().await;
    store(&grounds).execute("UPDATE function SET revision = revision + 1 WHERE name = 'app'", []).unwrap();
    assert_eq!(grounds.audit().findings.len(), 1);
    let (grounds, _) = closed().await;
    for table in ["function_version", "function_code"] {
        let sql = format!("DELETE FROM {table} WHERE function = (SELECT uid FROM function WHERE name = 'app')");
        store(&grounds).execute(&sql, []).unwrap();
    }
    store(&grounds).execute("DELETE FROM function WHERE name = 'app'", []).unwrap();
    assert_eq!(grounds.audit().findings.len(), 1);
}
