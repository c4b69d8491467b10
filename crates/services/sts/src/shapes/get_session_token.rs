use shape::{Optional, Sensitive};

use super::credentials::Credentials;
use super::forms::{
    DurationSecondsType, MinimumSessionTokenSizeType, SerialNumberType, SessionTokenSizeType,
    SessionTokenUtilizationType, TokenCodeType,
};

shape::structure! {
    pub struct GetSessionTokenRequest {
        duration_seconds: Optional<DurationSecondsType> = "DurationSeconds",
        serial_number: Optional<SerialNumberType> = "SerialNumber",
        token_code: Sensitive<TokenCodeType> = "TokenCode",
        minimum_session_token_size: Optional<MinimumSessionTokenSizeType> = "MinimumSessionTokenSize",
    }
}

shape::structure! {
    pub struct GetSessionTokenResponse {
        credentials: Optional<Credentials> = "Credentials",
        session_token_utilization: Optional<SessionTokenUtilizationType> = "SessionTokenUtilization",
        session_token_size: Optional<SessionTokenSizeType> = "SessionTokenSize",
    }
}

shape::operation! {
    pub GetSessionToken(GetSessionTokenRequest) -> GetSessionTokenResponse, errors [RegionDisabledException]
}
