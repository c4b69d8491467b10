//! What stands around an answer or an error in XML.

use zeroize::Zeroizing;

use crate::Reply;
use crate::operation::make_room;
use crate::xml::{write_xml_text, xml_text_size_bound};

/// Whose fault an error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The request's.
    Sender,
    /// Ours.
    Receiver,
}

/// Appends the answer of an operation: `<GetUserResponse xmlns="..."><GetUserResult>...`, and the request's id behind
/// it. An operation without output has no result element.
pub fn xml_answer(
    namespace: &str,
    request_id: &str,
    operation: &str,
    reply: &impl Reply,
    out: &mut Zeroizing<Vec<u8>>,
) {
    make_room(out, answer_size_bound(namespace, request_id, operation, reply));
    open(&[operation, "Response"], namespace, out);
    reply.write_xml_result(operation, out);
    out.extend_from_slice(b"<ResponseMetadata><RequestId>");
    write_xml_text(request_id.as_bytes(), out);
    out.extend_from_slice(b"</RequestId></ResponseMetadata></");
    out.extend_from_slice(operation.as_bytes());
    out.extend_from_slice(b"Response>");
}

/// An error.
pub fn xml_error(namespace: &str, request_id: &str, fault: Fault, code: &str, message: &str) -> Vec<u8> {
    let fault = match fault {
        Fault::Sender => "Sender",
        Fault::Receiver => "Receiver",
    };
    let mut out = Vec::new();
    open(&["ErrorResponse"], namespace, &mut out);
    out.extend_from_slice(b"<Error>");
    for (name, text) in [("Type", fault), ("Code", code), ("Message", message)] {
        write_leaf(name, text, &mut out);
    }
    out.extend_from_slice(b"</Error>");
    write_leaf("RequestId", request_id, &mut out);
    out.extend_from_slice(b"</ErrorResponse>");
    out
}

fn open(name: &[&str], namespace: &str, out: &mut Vec<u8>) {
    out.push(b'<');
    out.extend(name.iter().flat_map(|part| part.bytes()));
    // Namespaces are ours: constants, without a quote in them.
    out.extend_from_slice(b" xmlns=\"");
    write_xml_text(namespace.as_bytes(), out);
    out.extend_from_slice(b"\">");
}

fn write_leaf(name: &str, text: &str, out: &mut Vec<u8>) {
    out.extend([b"<", name.as_bytes(), b">"].concat());
    write_xml_text(text.as_bytes(), out);
    out.extend([b"</", name.as_bytes(), b">"].concat());
}

fn answer_size_bound(namespace: &str, request_id: &str, operation: &str, reply: &impl Reply) -> usize {
    // What stands in the text of `xml_answer` and of the result's element, without names and ids.
    const FRAME: usize = 128;
    [
        FRAME,
        operation.len().saturating_mul(4),
        xml_text_size_bound(namespace.as_bytes()),
        xml_text_size_bound(request_id.as_bytes()),
        reply.xml_size_bound(),
    ]
    .into_iter()
    .fold(0, usize::saturating_add)
}
