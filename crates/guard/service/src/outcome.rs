//! How calls end, and what is made of an answer.

use shape::{Http, Rendered, Reply, Structure, rest_answer, xml_answer};
use zeroize::Zeroizing;

use crate::asked::{Asked, Service};

/// How a call ended.
pub enum Outcome<E> {
    /// Its body is wiped when the last of its holders lets go.
    Success(Rendered),
    Refused(E),
}

/// The answer of awsJson.
pub fn json(answer: &impl Reply) -> Rendered {
    let mut body = Zeroizing::new(Vec::new());
    answer.write_json(&mut body);
    body.into()
}

/// The answer of the query protocol.
pub fn xml<S: Service>(namespace: &str, asked: &Asked<'_, S>, answer: &impl Reply) -> Rendered {
    let mut body = Zeroizing::new(Vec::new());
    xml_answer(namespace, &asked.context.request_id.to_string(), asked.action.operation(), answer, &mut body);
    body.into()
}

/// The answer of the REST protocol, for an operation that is asked for like this.
pub fn rest(http: Option<Http>, answer: &impl Reply) -> Rendered {
    rest_answer(http.map_or(200, |http| http.status), answer)
}

/// The `responseElements` object of an answer, without what is sensitive.
pub fn response_elements(answer: &impl Structure) -> String {
    let mut elements = Vec::new();
    answer.record(&mut elements);
    String::from_utf8(elements).unwrap_or_default()
}
