//! A service's operations, from one list.

/// Does the trail count the operation as reading?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Read,
    Write,
}

/// States the operations of a service, and makes `Operation`, `Outcome` and `answer` of them.
///
/// ```text
/// service::operations! {
///     Room, Call, "sts:";
///     AssumeRole => assume_role, Read again;
///     GetCallerIdentity => get_caller_identity, Read;
/// }
/// ```
///
/// First come the [`Service`](crate::Service), its call, made by `Call::of(asked, &request)`, and what its actions
/// begin with. A line is an operation, the module of its story, which has the same name, how the trail counts it, and
/// how it is told. The word for that is a method of the call, and is given what tells the story; before it, if the list
/// names one, a member of the request. A `Read` without a word is told once. A `Write` needs one: [`again`] at least.
///
/// [`again`]: crate::Asked::again
#[macro_export]
macro_rules! operations {
    (
        $room:ident, $call:ident, $prefix:literal;
        $( $name:ident => $( $story:ident )::+, $kind:ident $( $teller:ident $( ($member:ident) )? )?; )*
    ) => {
        /// Every operation that the service answers.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Operation {
            $( $name, )*
        }

        impl Operation {
            pub const ALL: &[Self] = &[$( Self::$name, )*];

            /// Operations are named with their case.
            pub fn parse(name: &str) -> Option<Self> {
                match name {
                    $( stringify!($name) => Some(Self::$name), )*
                    _ => None,
                }
            }

            pub fn action(self) -> $crate::named::Action {
                match self {
                    $( Self::$name => const { $crate::named::Action::new(concat!($prefix, stringify!($name))) }, )*
                }
            }

            pub fn is_read_only(self) -> bool {
                match self {
                    $( Self::$name => matches!($crate::Kind::$kind, $crate::Kind::Read), )*
                }
            }
        }

        /// How a call ended.
        pub type Outcome = $crate::Outcome<<$room as $crate::Service>::Error>;

        /// Answers one authenticated call. An error means that it could not be recorded, so that nothing may be said.
        pub async fn answer(
            room: &$room,
            context: &$crate::named::RequestContext,
            caller: &$crate::named::Caller,
            operation: Operation,
            request: &<$room as $crate::Service>::Request,
        ) -> Result<$crate::named::Recorded<Outcome>, $crate::named::Unrecorded> {
            let (action, is_read_only) = (operation.action(), operation.is_read_only());
            let linked = $crate::named::LinkedCalls::new();
            let asked = $crate::Asked { room, context, caller, action, is_read_only, parameters: None, linked: &linked };
            if let Err(error) = <$room as $crate::Service>::admit(caller, operation) {
                return asked.refuse(error).await;
            }
            match operation {
                // Each in a future of its own: they share their room, which is then no larger than the longest story.
                $( Operation::$name => async {
                    let request = match <$room as $crate::Service>::parse(request) {
                        Ok(request) => request,
                        Err(error) => return asked.refuse(error.into()).await,
                    };
                    let parameters = $crate::Parameters(&request);
                    let call = $call::of(asked.with_parameters(&parameters), &request);
                    let told = $crate::operations!(
                        @tell $kind $( $teller $( ($member) )? )?, [$( $story )::+], call, request
                    );
                    match told {
                        Ok(answer) => Ok(answer.map(|answer| {
                            Outcome::Success(<$room as $crate::Service>::render(&call, &answer))
                        })),
                        Err(error) => call.refuse(error).await,
                    }
                }
                .await, )*
            }
        }
    };

    (@tell Read, $story:tt, $call:ident, $request:ident) => {
        $crate::operations!(@story $story)(&$call, &$request).await
    };
    (@tell $kind:ident $teller:ident $( ($member:ident) )?, $story:tt, $call:ident, $request:ident) => {{
        let tell = || {
            // What an earlier telling had called came to nothing.
            $call.linked.clear();
            $crate::operations!(@story $story)(&$call, &$request)
        };
        $call.$teller($( &$request.$member, )? tell).await
    }};

    (@story [$story:ident]) => { $story::$story };
    (@story [$noun:ident :: $story:ident]) => { $noun::$story::$story };
}
