use shape::{Optional, Required, Text};

shape::forms! {
    pub EncodedMessageType: Text { min: 1, max: 10_240 }
    pub DecodedMessageType: Text {}
}

shape::structure! {
    pub struct DecodeAuthorizationMessageRequest {
        encoded_message: Required<EncodedMessageType> = "EncodedMessage",
    }
}

shape::structure! {
    pub struct DecodeAuthorizationMessageResponse {
        decoded_message: Optional<DecodedMessageType> = "DecodedMessage",
    }
}

shape::operation! {
    pub DecodeAuthorizationMessage(DecodeAuthorizationMessageRequest) -> DecodeAuthorizationMessageResponse,
    errors [InvalidAuthorizationMessageException]
}
