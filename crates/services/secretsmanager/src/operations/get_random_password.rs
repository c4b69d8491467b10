use terms::{RandomPasswordOptions, random_password};
use trail::Recorded;

use crate::{
    error::Error,
    room::Call,
    shapes::{GetRandomPasswordRequest, GetRandomPasswordResponse},
};

/// Makes a password. No secret is involved.
pub(crate) async fn get_random_password(
    call: &Call<'_>,
    ask: &GetRandomPasswordRequest,
) -> Result<Recorded<GetRandomPasswordResponse>, Error> {
    call.authorize_every(call.action).await?;
    let default = RandomPasswordOptions::default();
    let length = ask.password_length.and_then(|length| usize::try_from(length).ok());
    let options = RandomPasswordOptions {
        length: length.unwrap_or(default.length),
        exclude_characters: ask.exclude_characters.as_deref().unwrap_or(default.exclude_characters),
        exclude_numbers: ask.exclude_numbers.unwrap_or(default.exclude_numbers),
        exclude_punctuation: ask.exclude_punctuation.unwrap_or(default.exclude_punctuation),
        exclude_uppercase: ask.exclude_uppercase.unwrap_or(default.exclude_uppercase),
        exclude_lowercase: ask.exclude_lowercase.unwrap_or(default.exclude_lowercase),
        include_space: ask.include_space.unwrap_or(default.include_space),
        require_each_included_type: ask.require_each_included_type.unwrap_or(default.require_each_included_type),
    };
    let password =
        random_password(&options, &*call.room.entropy).map_err(|error| Error::invalid_parameter(error.to_string()))?;
    call.tell(None, GetRandomPasswordResponse { random_password: Some(password) }).await
}
