//! Making a case smaller while it still shows what it showed.

use serde_json::Value;

use crate::case::{Case, Documents};

pub(crate) fn shrink(case: &Case, still: &dyn Fn(&Case) -> bool) -> Case {
    let mut smallest = case.clone();
    while let Some(smaller) = smaller(&smallest).into_iter().find(|smaller| still(smaller)) {
        smallest = smaller;
    }
    smallest
}

/// Every case that lacks one thing: a document, a statement, an operator, a key, a value, a fact of the context.
fn smaller(case: &Case) -> Vec<Case> {
    let mut out = Vec::new();
    let mut with = |change: &dyn Fn(&mut Documents)| {
        let mut smaller = case.clone();
        change(&mut smaller.documents);
        out.push(smaller);
    };
    let documents = &case.documents;
    with_list(&documents.identity, &mut |list| with(&|documents| documents.identity = list.clone()));
    if let Some(session) = &documents.session {
        with_list(session, &mut |list| with(&|documents| documents.session = Some(list.clone())));
        with(&|documents| documents.session = None);
    }
    for (level, list) in documents.service_control.iter().enumerate() {
        with(&|documents| drop(documents.service_control.remove(level)));
        with_list(list, &mut |list| with(&|documents| documents.service_control[level] = list.clone()));
    }
    for (level, list) in documents.resource_control.iter().enumerate() {
        with(&|documents| drop(documents.resource_control.remove(level)));
        with_list(list, &mut |list| with(&|documents| documents.resource_control[level] = list.clone()));
    }
    type Slot = fn(&mut Documents) -> &mut Option<Value>;
    let slots: [Slot; 3] =
        [|documents| &mut documents.boundary, |documents| &mut documents.resource, |documents| &mut documents.endpoint];
    for slot in slots {
        let Some(policy) = slot(&mut documents.clone()).clone() else { continue };
        with(&|documents| *slot(documents) = None);
        for policy in smaller_policies(&policy) {
            with(&|documents| *slot(documents) = Some(policy.clone()));
        }
    }
    for key in case.request.context.keys() {
        let mut smaller = case.clone();
        smaller.request.context.remove(key);
        out.push(smaller);
    }
    out
}

fn with_list(list: &[Value], give: &mut dyn FnMut(Vec<Value>)) {
    for at in 0..list.len() {
        let mut shorter = list.to_vec();
        shorter.remove(at);
        give(shorter);
        for policy in smaller_policies(&list[at]) {
            let mut changed = list.to_vec();
            changed[at] = policy;
            give(changed);
        }
    }
}

fn smaller_policies(policy: &Value) -> Vec<Value> {
    let statements = match &policy["Statement"] {
        Value::Array(statements) => statements.clone(),
        one => vec![one.clone()],
    };
    let mut out = Vec::new();
    let mut with = |statements: Vec<Value>| {
        let mut smaller = policy.clone();
        smaller["Statement"] = Value::Array(statements);
        out.push(smaller);
    };
    for at in 0..statements.len() {
        if statements.len() > 1 {
            let mut fewer = statements.clone();
            fewer.remove(at);
            with(fewer);
        }
        for statement in smaller_statements(&statements[at]) {
            let mut changed = statements.clone();
            changed[at] = statement;
            with(changed);
        }
    }
    out
}

fn smaller_statements(statement: &Value) -> Vec<Value> {
    let mut out = Vec::new();
    for (name, value) in statement.as_object().into_iter().flatten() {
        match value {
            Value::Array(items) if items.len() > 1 => {
                for at in 0..items.len() {
                    let mut smaller = statement.clone();
                    smaller[name].as_array_mut().unwrap().remove(at);
                    out.push(smaller);
                }
            }
            Value::Object(operators) if name == "Condition" => {
                let mut without = statement.clone();
                without.as_object_mut().unwrap().remove(name);
                out.push(without);
                for (operator, keys) in operators {
                    if operators.len() > 1 {
                        let mut smaller = statement.clone();
                        smaller[name].as_object_mut().unwrap().remove(operator);
                        out.push(smaller);
                    }
                    for (key, values) in keys.as_object().into_iter().flatten() {
                        for at in 0..values.as_array().map_or(0, Vec::len) {
                            let mut smaller = statement.clone();
                            let values = smaller[name][operator][key].as_array_mut().unwrap();
                            if values.len() > 1 {
                                values.remove(at);
                                out.push(smaller);
                            }
                        }
                    }
                }
            }
            _ => {}
        }
    }
    out
}
