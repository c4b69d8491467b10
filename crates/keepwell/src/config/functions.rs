//! Where and how functions run.

use std::path::PathBuf;
use std::time::Duration;

use super::quantity::Bytes;
use super::setting::{Form, SettingValue, quote, settings};

settings! {
    pub struct Functions {
        /// The Python that runs functions of `python3.*`. By default the newest python3 of PATH that functions can reach.
        "functions.runtimes.python.interpreter" => python_interpreter: Option<PathBuf> = None,
        /// A folder of Python packages that functions may import, such as a virtual environment's site-packages with boto3 and
        /// database drivers; give it again for more.
        "functions.runtimes.python.libraries" => python_libraries: Vec<PathBuf> = Vec::new(),
        /// Whether AWS's own runtime client, the package `awslambdaric`, runs Python functions: `auto` (where it can be
        /// imported), `always` or `never`.
        "functions.runtimes.python.client" => python_client: RuntimeClient = RuntimeClient::Auto,
        /// The Node.js that runs functions of `nodejs*`. By default the node of PATH.
        "functions.runtimes.nodejs.interpreter" => nodejs_interpreter: Option<PathBuf> = None,
        /// A folder of Node.js packages that functions may require; give it again for more.
        "functions.runtimes.nodejs.libraries" => nodejs_libraries: Vec<PathBuf> = Vec::new(),
        /// Where functions' code is unpacked while the server runs. By default a private folder among the temporary files.
        "functions.work_dir" => work_dir: Option<PathBuf> = None,
        /// Processes of functions that may be there at once, busy and idle.
        "functions.processes" => processes: u32 = 64,
        /// Processes of one function.
        "functions.processes_per_function" => processes_per_function: u32 = 16,
        /// How long a process is kept for its function's next call.
        "functions.idle_timeout" => idle_timeout: Duration = Duration::from_mins(1),
        /// Unpacked code that is kept beside what is in use.
        "functions.code_cache" => code_cache: Bytes = Bytes::mib(2048),
        /// The URL by which functions reach this server: their AWS_ENDPOINT_URL. By default its first listener.
        "functions.endpoint_url" => endpoint_url: Option<String> = None,
        /// A file of the CAs that functions trust, PEM: for a server whose certificate is not from a public one.
        "functions.ca_bundle" => ca_bundle: Option<PathBuf> = None,
        /// Where the server runs as root, each process of a function has a user id of its own. This is the first of them.
        "functions.first_user_id" => first_user_id: u32 = 59_000,
        /// How many user ids, from the first one on, belong to functions.
        "functions.user_ids" => user_ids: u32 = 500,
        /// Run functions although this machine cannot keep them away from each other and from the server's files. Only for
        /// functions that you would trust with every secret.
        "functions.allow_unconfined" => allow_unconfined: bool = false,
        /// A function that runs elsewhere, as `ARN=URL`: who invokes the ARN is answered by a POST to the URL, a function URL or
        /// the address of a Runtime Interface Emulator. `ARN=aws` stands for the function of that ARN at AWS itself. Give it
        /// again for more.
        "functions.remote" => remote: Vec<RemoteFunction> = Vec::new(),
        /// Of remote functions: a file of the CAs to trust in the place of this machine's, PEM.
        "functions.remote_ca_bundle" => remote_ca_bundle: Option<PathBuf> = None,
        /// Of functions at AWS: a credentials file with the access key to invoke them with, readable by its owner alone.
        "functions.aws_credentials_file" => aws_credentials_file: Option<PathBuf> = None,
        /// Of functions at AWS: the Lambda to ask in the place of AWS's own, as `https://HOST[:PORT]`.
        "functions.aws_endpoint" => aws_endpoint: Option<String> = None,
        /// Of functions at AWS: the profile in that file.
        "functions.aws_profile" => aws_profile: String = "default".to_owned(),
    }
}

/// When AWS's own client of the Runtime API is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuntimeClient {
    Auto,
    Always,
    Never,
}

impl SettingValue for RuntimeClient {
    const PLACEHOLDER: &'static str = "auto|always|never";
    const FORM: Form = Form::Text;

    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "always" => Ok(Self::Always),
            "never" => Ok(Self::Never),
            _ => Err(format!("expected auto, always or never, not {}", quote(text))),
        }
    }

    fn write(&self) -> Option<String> {
        let text = match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        };
        Some(quote(text))
    }
}

/// A function that runs elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteFunction {
    /// Without a qualifier.
    pub arn: String,
    pub place: RemotePlace,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemotePlace {
    Url(String),
    Aws,
}

impl SettingValue for RemoteFunction {
    const PLACEHOLDER: &'static str = "ARN=URL";
    const FORM: Form = Form::Text;

    fn parse(text: &str) -> Result<Self, String> {
        let refusal = || {
            let example = "arn:aws:lambda:us-east-1:123456789012:function:rotate=https://functions.example.com/rotate";
            format!("expected a function's ARN and where it runs, such as {example}, not {}", quote(text))
        };
        let (arn, place) = text.split_once('=').ok_or_else(refusal)?;
        let parts: Vec<&str> = arn.split(':').collect();
        let ["arn", "aws", "lambda", region, account, "function", name] = *parts else { return Err(refusal()) };
        if region.is_empty() || terms::AccountId::parse(account).is_err() || name.is_empty() {
            return Err(refusal());
        }
        let place = match place {
            "aws" => RemotePlace::Aws,
            url if url.starts_with("https://") || url.starts_with("http://") => RemotePlace::Url(url.to_owned()),
            _ => return Err(refusal()),
        };
        Ok(Self { arn: arn.to_owned(), place })
    }

    fn write(&self) -> Option<String> {
        let place = match &self.place {
            RemotePlace::Url(url) => url,
            RemotePlace::Aws => "aws",
        };
        Some(quote(&format!("{}={place}", self.arn)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:rotate";

    #[test]
    fn a_remote_function_is_an_arn_and_a_place() {
        for (place, expected) in [
            ("https://example.com/a=b", RemotePlace::Url("https://example.com/a=b".to_owned())),
            ("http://127.0.0.1:8080", RemotePlace::Url("http://127.0.0.1:8080".to_owned())),
            ("aws", RemotePlace::Aws),
        ] {
            let text = format!("{ARN}={place}");
            let remote = RemoteFunction::parse(&text).unwrap();
            assert_eq!(remote, RemoteFunction { arn: ARN.to_owned(), place: expected });
            assert_eq!(remote.write(), Some(quote(&text)));
        }
    }

    #[test]
    fn what_names_no_function_or_no_place_is_refused() {
        for text in [
            ARN.to_owned(),
            format!("{ARN}="),
            format!("{ARN}=ftp://example.com"),
            format!("{ARN}:1=aws"),
            "rotate=aws".to_owned(),
            "arn:aws:lambda:us-east-1:1:function:rotate=aws".to_owned(),
        ] {
            assert!(RemoteFunction::parse(&text).is_err(), "{text}");
        }
    }
}
