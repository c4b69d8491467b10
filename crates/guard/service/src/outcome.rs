//! How calls end, and what is made of an answer.

use shape::{Reply, Structure, xml_answer};
use zeroize::Zeroizing;

use crate::asked::{Asked, Service};

/// How a call ended.
#[derive(Debug)]
pub enum Outcome<E> {
    /// The answer's body. Wiped when dropped.
    Success(Zeroizing<Vec<u8>>),
    Refused(E),
}

/// The body of a JSON protocol's answer.
pub fn json(answer: &impl Reply) -> Zeroizing<Vec<u8>> {
    let mut body = Zeroizing::new(Vec::new());
    answer.write_json(&mut body);
    body
}

/// The body of the query protocol's answer.
pub fn xml<S: Service>(namespace: &str, asked: &Asked<'_, S>, answer: &impl Reply) -> Zeroizing<Vec<u8>> {
    let mut body = Zeroizing::new(Vec::new());
    xml_answer(namespace, &asked.context.request_id.to_string(), asked.action.operation(), answer, &mut body);
    body
}

/// The `responseElements` object of an answer, without what is sensitive.
pub fn response_elements(answer: &impl Structure) -> String {
    let mut elements = Vec::new();
    answer.record(&mut elements);
    String::from_utf8(elements).unwrap_or_default()
}
