//! Operations: a name, what is asked, what is answered, which errors are declared.

use zeroize::Zeroizing;

use crate::{Description, Http, RestParts, Structure, fuzz};

/// An operation of a service as its model declares it; [`operation!`](crate::operation) states one.
pub trait Operation {
    const NAME: &'static str;
    type Request: Structure;
    type Response: Reply;
    /// The names of the declared errors, in the order of the model.
    const ERRORS: &'static [&'static str];
    /// How it is asked for in a REST protocol.
    const HTTP: Option<Http> = None;
}

/// What an operation answers. `()` is the empty body of an operation that has no output shape.
pub trait Reply {
    /// Appends the JSON of this.
    fn write_json(&self, out: &mut Zeroizing<Vec<u8>>);

    /// Appends the XML of this, within the element that the query protocol puts around an output shape.
    fn write_xml_result(&self, operation: &str, out: &mut Vec<u8>);

    /// An upper bound of the bytes that the members take in [`Reply::write_xml_result`].
    fn xml_size_bound(&self) -> usize;

    /// Adds what does not travel in the JSON body of a REST answer.
    fn write_parts(&self, parts: &mut RestParts);

    /// Appends the JSON body of a REST answer, if it has one.
    fn write_body(&self, out: &mut Zeroizing<Vec<u8>>);

    fn description() -> Option<Description>;
}

impl<S: Structure> Reply for S {
    fn write_json(&self, out: &mut Zeroizing<Vec<u8>>) {
        make_room(out, self.size_bound());
        self.write_members(out);
    }

    fn write_xml_result(&self, operation: &str, out: &mut Vec<u8>) {
        out.extend([b"<", operation.as_bytes(), b"Result>"].concat());
        self.write_xml_members(out);
        out.extend([b"</", operation.as_bytes(), b"Result>"].concat());
    }

    fn xml_size_bound(&self) -> usize {
        Structure::xml_size_bound(self)
    }

    fn write_parts(&self, parts: &mut RestParts) {
        self.write_placed(parts);
    }

    fn write_body(&self, out: &mut Zeroizing<Vec<u8>>) {
        if S::HAS_BODY {
            self.write_json(out);
        }
    }

    fn description() -> Option<Description> {
        Some(<S as Structure>::description())
    }
}

impl Reply for () {
    fn write_json(&self, _: &mut Zeroizing<Vec<u8>>) {}

    fn write_xml_result(&self, _: &str, _: &mut Vec<u8>) {}

    fn xml_size_bound(&self) -> usize {
        0
    }

    fn write_parts(&self, _: &mut RestParts) {}

    fn write_body(&self, _: &mut Zeroizing<Vec<u8>>) {}

    fn description() -> Option<Description> {
        None
    }
}

/// Growing in place would leave a copy of what was written so far, so the bytes move to a larger buffer and the old
/// one is wiped.
pub(crate) fn make_room(out: &mut Zeroizing<Vec<u8>>, more: usize) {
    let needed = out.len().saturating_add(more);
    if out.capacity() < needed {
        let mut larger = Zeroizing::new(Vec::with_capacity(needed));
        larger.extend_from_slice(out);
        *out = larger;
    }
}

/// An operation as data, for lists of all a service has.
#[derive(Debug, Clone, Copy)]
pub struct OperationShape {
    pub name: &'static str,
    pub input: fn() -> Description,
    pub output: fn() -> Option<Description>,
    pub errors: &'static [&'static str],
    pub http: Option<Http>,
    /// Parses the bytes as a request and panics when a promise of this crate is broken.
    pub fuzz: fn(&[u8]),
}

impl OperationShape {
    pub const fn of<O: Operation>() -> Self {
        Self {
            name: O::NAME,
            input: <O::Request as Structure>::description,
            output: <O::Response as Reply>::description,
            errors: O::ERRORS,
            http: O::HTTP,
            fuzz: fuzz::<O::Request>,
        }
    }
}

/// States an operation: `pub Name(Request) -> Response, errors [A, B]`. In a REST protocol it says how it is asked for
/// and what the status of its success is: `pub Name(Request) -> Response, at GET "/path/{Label}" 200, errors [A, B]`.
#[macro_export]
macro_rules! operation {
    (
        $( #[$about:meta] )* $visibility:vis $name:ident($request:ty) -> $response:ty,
        $( at $method:ident $path:literal $status:literal, )?
        errors [$( $error:ident ),* $(,)?]
    ) => {
        $( #[$about] )*
        #[derive(Debug, Clone, Copy)]
        $visibility struct $name;

        impl $crate::Operation for $name {
            const NAME: &'static str = stringify!($name);
            type Request = $request;
            type Response = $response;
            const ERRORS: &'static [&'static str] = &[$( stringify!($error), )*];
            $(
                const HTTP: Option<$crate::Http> =
                    Some($crate::Http { method: stringify!($method), path: $path, status: $status });
            )?
        }
    };
}
