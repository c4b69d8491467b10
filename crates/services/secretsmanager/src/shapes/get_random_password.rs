use shape::{Long, Optional, SecretText, Sensitive, Text};

use super::forms::BooleanType;

shape::forms! {
    pub PasswordLengthType: Long { min: 1, max: 4096 }
    pub ExcludeCharactersType: Text { min: 0, max: 4096 }
    pub RandomPasswordType: SecretText { min: 0, max: 4096 }
}

shape::structure! {
    pub struct GetRandomPasswordRequest {
        password_length: Optional<PasswordLengthType> = "PasswordLength",
        exclude_characters: Optional<ExcludeCharactersType> = "ExcludeCharacters",
        exclude_numbers: Optional<BooleanType> = "ExcludeNumbers",
        exclude_punctuation: Optional<BooleanType> = "ExcludePunctuation",
        exclude_uppercase: Optional<BooleanType> = "ExcludeUppercase",
        exclude_lowercase: Optional<BooleanType> = "ExcludeLowercase",
        include_space: Optional<BooleanType> = "IncludeSpace",
        require_each_included_type: Optional<BooleanType> = "RequireEachIncludedType",
    }
}

shape::structure! {
    pub struct GetRandomPasswordResponse {
        random_password: Sensitive<RandomPasswordType> = "RandomPassword",
    }
}

shape::operation! {
    pub GetRandomPassword(GetRandomPasswordRequest) -> GetRandomPasswordResponse,
    errors [InvalidParameterException, InvalidRequestException, InternalServiceError]
}
