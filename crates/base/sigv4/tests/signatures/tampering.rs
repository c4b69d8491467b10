//! Every published vector, altered in one place.

use http::HeaderValue;

use crate::example::Request;
use crate::published_vectors::{FORMS, vectors};

#[test]
fn one_changed_byte_anywhere_is_refused() {
    let mut refused = 0;
    for vector in vectors().iter().filter(|vector| vector.is_ours()) {
        let server = vector.server();
        for form in FORMS {
            let genuine = vector.signed_request(form);
            assert_eq!(server.judge(&genuine), Ok(()));
            for (what, tampered) in tampered(&genuine) {
                assert!(server.judge(&tampered).is_err(), "{} {form}: {what}: {tampered:?}", vector.name);
                refused += 1;
            }
        }
    }
    assert!(refused > 10_000, "only {refused}");
}

fn tampered(genuine: &Request) -> Vec<(&'static str, Request)> {
    let mut all = Vec::new();
    all.push(("method", Request { method: format!("{}X", genuine.method), ..genuine.clone() }));
    all.push(("longer path", Request { path: format!("{}x", genuine.path), ..genuine.clone() }));
    // In a path with dots a change may vanish together with the segment it was made in.
    if !genuine.path.contains("/.") {
        for path in one_char_changed(&genuine.path).into_iter().filter(|path| path.starts_with('/')) {
            all.push(("path", Request { path, ..genuine.clone() }));
        }
    }
    all.push(("longer query", Request { query: format!("{}&z=1", genuine.query), ..genuine.clone() }));
    for query in one_char_changed(&genuine.query) {
        all.push(("query", Request { query, ..genuine.clone() }));
    }
    all.push(("longer body", Request { body: [&genuine.body, b"x".as_slice()].concat(), ..genuine.clone() }));
    for index in 0..genuine.body.len() {
        let mut request = genuine.clone();
        *request.body.get_mut(index).unwrap() ^= 1;
        all.push(("body", request));
    }
    // In the vectors every header is signed.
    for (name, value) in &genuine.headers {
        let mut without = genuine.clone();
        without.headers.remove(name);
        all.push(("header removed", without));
        let mut twice = genuine.clone();
        twice.headers.append(name, value.clone());
        all.push(("header repeated", twice));
        for value in one_char_changed(value.to_str().unwrap().trim()) {
            let mut request = genuine.clone();
            request.headers.insert(name, HeaderValue::from_str(&value).unwrap());
            all.push(("header", request));
        }
    }
    all
}

fn one_char_changed(text: &str) -> Vec<String> {
    let changed = |(index, old): (usize, char)| {
        let new = if old == 'z' { 'y' } else { 'z' };
        let (before, rest) = text.split_at(index);
        format!("{before}{new}{}", rest.strip_prefix(old).unwrap())
    };
    text.char_indices().map(changed).collect()
}
