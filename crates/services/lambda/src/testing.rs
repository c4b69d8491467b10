//! Functions for tests of rules.

use std::{collections::BTreeMap, sync::Arc};

use contract::{
    CodeRef, FunctionAlias, FunctionConfiguration, FunctionDetails, FunctionRecord, FunctionVersion, function_arn,
};
use terms::{AccountId, Region, Scope, Timestamp, Uid};

use crate::versions::{Change, publish};

pub(crate) fn function(name: &str) -> FunctionRecord {
    let scope = Scope::new(AccountId::parse("111122223333").unwrap(), Region::parse("eu-central-1").unwrap());
    let configuration = FunctionConfiguration {
        revision_id: "r0".to_owned(),
        modified_at: Timestamp::from_millis(1),
        description: String::new(),
        role: "arn:aws:iam::111122223333:role/app".to_owned(),
        runtime: "python3.12".to_owned(),
        handler: "app.handler".to_owned(),
        timeout_seconds: 3,
        memory_mib: 128,
        ephemeral_storage_mib: 512,
        architecture: "x86_64".to_owned(),
        log_group: None,
    };
    let code = CodeRef { sha256: [1; 32], bytes: 3 };
    FunctionRecord {
        scope,
        name: name.into(),
        uid: Uid::from_bytes([1; 16]),
        arn: function_arn(scope, name),
        revision: 1,
        details: FunctionDetails {
            created_at: Timestamp::from_millis(1),
            next_version: 1,
            aliases: BTreeMap::new(),
            policies: BTreeMap::new(),
            tags: Vec::new(),
            reserved_concurrency: None,
        },
        latest: Arc::new(FunctionVersion { number: None, code, configuration, environment: None }),
        versions: Vec::new(),
    }
}

/// With so many versions, each of another update.
pub(crate) fn published(name: &str, count: i64) -> FunctionRecord {
    let mut function = function(name);
    for number in 1..=count {
        Change::of(&function, Timestamp::from_millis(number), "r".to_owned()).apply(&mut function);
        publish(&mut function, None, format!("r{number}")).unwrap();
    }
    function
}

pub(crate) fn alias(version: &str, additional: Option<(&str, f64)>) -> FunctionAlias {
    FunctionAlias {
        revision_id: "r".to_owned(),
        description: String::new(),
        version: version.to_owned(),
        additional: additional.map(|(version, weight)| (version.to_owned(), weight)),
    }
}
