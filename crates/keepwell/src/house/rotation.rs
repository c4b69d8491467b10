//! What rotates secrets.

use std::future;

use contract::Answer;
use facades::{RotationErrand, RotationEvent, RotationFunctionError, RotationFunctions, StepEnded, StepFailed};
use gate::{Caller, RequestContext};

/// A server where nothing rotates.
pub(super) struct NoRotationFunctions;

impl RotationFunctions for NoRotationFunctions {
    fn authorize<'a>(
        &'a self,
        _: &'a RequestContext,
        _: &'a Caller,
        _: &'a str,
    ) -> Answer<'a, Result<(), RotationFunctionError>> {
        Box::pin(future::ready(Ok(())))
    }

    fn admits<'a>(&'a self, _: &'a RotationErrand<'a>) -> Answer<'a, Result<(), RotationFunctionError>> {
        Box::pin(future::ready(Err(RotationFunctionError::NotAdmitted)))
    }

    fn call<'a>(
        &'a self,
        errand: &'a RotationErrand<'a>,
        _: &'a RotationEvent<'a>,
    ) -> Answer<'a, Result<StepEnded, StepFailed>> {
        Box::pin(future::ready(Err(StepFailed::new(format!("there is no function {}", errand.function_arn)))))
    }
}
