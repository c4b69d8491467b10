use std::time::Duration;

use proptest::prelude::{Strategy, any, prop, proptest};
use proptest::prop_oneof;
use proptest::sample::select;

use super::*;

/// Sources that say nothing yet.
struct Given(Sources);

impl Given {
    fn flags<'a>(settings: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(Sources::given(settings))
    }

    fn nothing() -> Self {
        Self::flags([])
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.0.hear(name.into(), value.into());
        self
    }

    fn file(mut self, text: &str) -> Self {
        self.0.read_file("keepwell.toml", text);
        self
    }

    fn load(self) -> Loaded {
        load(self.0).unwrap()
    }

    fn refusal(self) -> String {
        load(self.0).err().unwrap().to_string()
    }
}

fn origin_of(loaded: &Loaded, key: &str) -> Origin {
    loaded.settings.iter().find(|setting| setting.key == key).unwrap().origin.clone()
}

#[test]
fn the_defaults_are_those_the_documentation_promises() {
    let config = Given::nothing().load().config;
    assert_eq!(config.data.data_dir, PathBuf::from("./keepwell-data"));
    assert_eq!(config.root_key.keeper, Keeper::Held(RootKeySource::File("./keepwell-data.key".into())));
    assert_eq!(config.listen.addresses, ["127.0.0.1:5337".parse().unwrap()]);
    assert_eq!(config.account.account_id.as_str(), "123456789012");
    assert_eq!(config.account.regions.first().unwrap().as_str(), "us-east-1");
    assert_eq!(config.trail.durability, Durability::System);
    assert_eq!(config.quota.secrets_per_region, 500_000);
    assert_eq!(config.quota.secret_bytes, Bytes::new(65_536));
    assert!((Bytes::mib(64)..=Bytes::mib(2048)).contains(&config.data.cache_bytes), "{:?}", config.data.cache_bytes);
    assert!(config.root_access_key.is_none());
    assert!(!config.access.list_only_describable);
}

#[test]
fn a_flag_beats_the_environment_and_the_environment_beats_the_file() {
    let file = "[quota]\nsecrets_per_region = 1\ntags_per_secret = 1\nresource_policy_chars = 1";
    let loaded = Given::flags([("quota.secrets_per_region", "3")])
        .variable("KEEPWELL_QUOTA_SECRETS_PER_REGION", "2")
        .variable("KEEPWELL_QUOTA_TAGS_PER_SECRET", "2")
        .file(file)
        .load();

    let quota = &loaded.config.quota;
    assert_eq!((quota.secrets_per_region, quota.tags_per_secret, quota.resource_policy_chars), (3, 2, 1));
    assert_eq!(quota.versions_per_secret.get(), 100);
    assert_eq!(origin_of(&loaded, "quota.secrets_per_region"), Origin::Flag);
    assert_eq!(origin_of(&loaded, "quota.tags_per_secret"), Origin::Environment);
    assert_eq!(origin_of(&loaded, "quota.resource_policy_chars"), Origin::File("keepwell.toml".into()));
    assert_eq!(origin_of(&loaded, "quota.versions_per_secret"), Origin::Default);
}

#[test]
fn a_stronger_source_replaces_a_list_and_does_not_lengthen_it() {
    let file = "listen = [\"127.0.0.1:1\", \"127.0.0.1:2\"]\nregion = [\"us-west-2\"]";
    let loaded = Given::flags([("listen", "127.0.0.1:3")])
        .variable("KEEPWELL_REGIONS", "eu-west-1, eu-central-1,eu-west-1")
        .file(file)
        .load();
    assert_eq!(loaded.config.listen.addresses, ["127.0.0.1:3".parse().unwrap()]);
    let regions: Vec<&str> = loaded.config.account.regions.iter().map(|region| region.as_str()).collect();
    assert_eq!(regions, ["eu-west-1", "eu-central-1"]);
}

#[test]
fn proxies_are_trusted_by_network_or_address_and_by_default_none_is() {
    assert_eq!(Given::nothing().load().config.listen.trusted_proxies, []);
    let file = "trusted_proxies = [\"10.0.0.0/8\", \"fd00::1\"]";
    let trusted = Given::nothing().file(file).load().config.listen.trusted_proxies;
    let contains =
        |address: &str| trusted.iter().any(|network| network.contains(&address.parse::<std::net::IpAddr>().unwrap()));
    assert!(contains("10.1.2.3") && contains("fd00::1"));
    assert!(!contains("11.0.0.1") && !contains("fd00::2"));
    let refusal = Given::nothing().variable("KEEPWELL_TRUSTED_PROXIES", "10.0.0.0/33").refusal();
    assert!(refusal.contains("10.0.0.0/33"), "{refusal}");
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest_known_one() {
    let refusal = Given::nothing().file("[quotas]\nsecrets_per_region = 5").refusal();
    assert!(refusal.contains("quotas.secrets_per_region; did you mean quota.secrets_per_region?"), "{refusal}");

    let refusal = Given::nothing().file("lisen = \"127.0.0.1:1\"").refusal();
    assert!(refusal.contains("keepwell.toml: there is no setting lisen; did you mean listen?"), "{refusal}");

    let refusal = Given::nothing().file("xyzzy = 1").refusal();
    assert!(refusal.contains("xyzzy") && !refusal.contains("did you mean"), "{refusal}");
}

#[test]
fn a_rotator_is_set_under_its_name_and_must_be_one_that_can_do_so() {
    const MYSQL: &str = "SecretsManagerRDSMySQLRotationSingleUser";
    let file = format!("[rotation.rotators.{MYSQL}]\npassword_length = 20\npassword_exclude_characters = \"#;\"");
    let loaded = Given::nothing().file(&file).load();
    let own = &loaded.config.rotation.rotators.0[MYSQL];
    assert_eq!((own.length, own.exclude_characters.as_deref()), (Some(20), Some("#;")));
    let again = Given::nothing().file(&fuzz::write(&loaded.settings)).load();
    assert_eq!(again.config.rotation.rotators, loaded.config.rotation.rotators);
    let variable = Given::nothing().variable("KEEPWELL_ROTATION_ROTATORS", &format!("{MYSQL}.password_length = 21"));
    assert_eq!(variable.load().config.rotation.rotators.0[MYSQL].length, Some(21));

    for (file, refusal) in [
        (
            "[rotation.rotators.SecretsManagerRDSMySQLRotationSingelUser]\npassword_length = 20",
            "rotation.rotators.SecretsManagerRDSMySQLRotationSingelUser: there is no rotator of this name; did you mean \
             SecretsManagerRDSMySQLRotationSingleUser?",
        ),
        ("[rotation.rotators.xyzzy]", "rotation.rotators.xyzzy: there is no rotator of this name"),
        (
            "[rotation.rotators.SecretsManagerRDSMySQLRotationSingleUser]\npassword_length = 80",
            "rotation.rotators.SecretsManagerRDSMySQLRotationSingleUser: such passwords cannot be drawn: its engine takes \
             no more than 79 characters",
        ),
        (
            "[rotation.rotators.SecretsManagerRedisRotationMultiUser]\npassword_length = 2",
            "rotation.rotators.SecretsManagerRedisRotationMultiUser: such passwords cannot be drawn",
        ),
        (
            "[rotation.rotators.KeepwellSshKeyRotation]\npassword_length = 20",
            "rotation.rotators.KeepwellSshKeyRotation: such passwords cannot be drawn: it has none",
        ),
        (
            "rotation.password_length = 2",
            "rotation.password_length, rotation.password_exclude_characters: such passwords",
        ),
        ("rotation.rotators = 7", "keepwell.toml: rotation.rotators: expected a table"),
        (
            "[rotation.rotators.SecretsManagerRDSMySQLRotationSingleUser]\nlength = 2",
            "keepwell.toml: rotation.rotators: SecretsManagerRDSMySQLRotationSingleUser.length: a rotator has no such setting",
        ),
    ] {
        let refused = Given::nothing().file(file).refusal();
        assert!(refused.contains(refusal), "{file}: {refused}");
    }
}

#[test]
fn an_unknown_variable_is_refused_with_the_nearest_known_one() {
    let refusal = Given::nothing().variable("KEEPWELL_DATADIR", "/tmp").refusal();
    assert!(refusal.contains("did you mean KEEPWELL_DATA_DIR?"), "{refusal}");
    let refusal = Given::nothing().variable("KEEPWELL_ROOT_SECRET_KEY", "s").refusal();
    assert!(refusal.contains("KEEPWELL_ROOT_"), "{refusal}");
}

#[test]
fn what_kubernetes_says_of_a_service_called_keepwell_is_no_setting() {
    let config = Given::nothing()
        .variable("KEEPWELL_SERVICE_HOST", "10.0.0.1")
        .variable("KEEPWELL_PORT", "tcp://10.0.0.1:5337")
        .variable("KEEPWELL_PORT_5337_TCP_ADDR", "10.0.0.1")
        .load()
        .config;
    assert_eq!(config.listen.addresses, ["127.0.0.1:5337".parse().unwrap()]);
}

#[test]
fn a_wrong_type_is_refused_with_its_place() {
    for (file, place) in [
        ("[quota]\nsecret_bytes = true", "keepwell.toml: quota.secret_bytes: expected a number of bytes"),
        ("[quota]\ntags_per_secret = \"50\"", "quota.tags_per_secret: expected a whole number"),
        ("[quota]\nversions_per_secret = 0", "quota.versions_per_secret: expected a whole number from 1"),
        ("account_id = 123456789012", "account_id: expected text in quotes"),
        ("insecure_plaintext = \"yes\"", "insecure_plaintext: expected true or false"),
        ("[limit]\ndrain_timeout = \"25\"", "limit.drain_timeout: expected a time with its unit"),
        ("data_dir = [\"a\", \"b\"]", "data_dir: expected text in quotes"),
        ("listen = [\"127.0.0.1:1\", 5]", "listen: expected text in quotes"),
        ("[[quota]]\nsecret_bytes = 1", "keepwell.toml: there is no setting quota"),
        ("data_dir = ", "keepwell.toml: TOML parse error at line 1"),
    ] {
        let refusal = Given::nothing().file(file).refusal();
        assert!(refusal.contains(place), "{file}: {refusal}");
    }
    let refusal = Given::nothing().variable("KEEPWELL_LISTEN", "5337").refusal();
    assert!(refusal.contains("KEEPWELL_LISTEN: expected an address and a port"), "{refusal}");
    let refusal = Given::flags([("account_id", "12")]).refusal();
    assert!(refusal.contains("--account-id: an account id is twelve digits"), "{refusal}");
}

#[test]
fn every_mistake_is_told_at_once() {
    let refusal = Given::flags([("account_id", "12")])
        .variable("KEEPWELL_LISTN", "x")
        .file("[limit]\nbody_bytes = \"1 KiB\"\nheader_bytes = 5")
        .refusal();
    for part in ["--account-id", "KEEPWELL_LISTEN?", "limit.body_bytes", "limit.header_bytes"] {
        assert!(refusal.contains(part), "{part}: {refusal}");
    }
}

#[test]
fn sizes_and_times_are_taken_as_people_write_them() {
    let config = Given::flags([("cache_bytes", "512 MiB"), ("limit.drain_timeout", "100 ms")])
        .file("[quota]\nsecret_bytes = 70000")
        .load()
        .config;
    assert_eq!(config.data.cache_bytes, Bytes::mib(512));
    assert_eq!(config.limit.drain_timeout, Duration::from_millis(100));
    assert_eq!(config.quota.secret_bytes.as_usize(), 70_000);
}

#[test]
fn under_systemd_the_data_lies_in_its_state_directory() {
    let loaded = Given::nothing().variable("STATE_DIRECTORY", "/var/lib/keepwell:/var/lib/other").load();
    assert_eq!(loaded.config.data.data_dir, PathBuf::from("/var/lib/keepwell"));
    let key = RootKeySource::File("/var/lib/keepwell.key".into());
    assert_eq!(loaded.config.root_key.keeper, Keeper::Held(key));
    assert_eq!(origin_of(&loaded, "data_dir"), Origin::Systemd);

    let loaded = Given::flags([("data_dir", "/d")]).variable("STATE_DIRECTORY", "/var/lib/keepwell").load();
    assert_eq!(loaded.config.data.data_dir, PathBuf::from("/d"));
}

const ID: (&str, &str) = ("KEEPWELL_ROOT_ACCESS_KEY_ID", "AKIAABCDEFGHIJKLMNOP");
const SECRET: (&str, &str) = ("KEEPWELL_ROOT_SECRET_ACCESS_KEY", "canary/canary/canary/canary/canary/canary");

#[test]
fn the_root_access_key_comes_from_the_environment_and_is_never_printed() {
    let loaded = Given::nothing().variable(ID.0, ID.1).variable(SECRET.0, SECRET.1).load();
    let key = loaded.config.root_access_key.clone().unwrap();
    assert_eq!((key.access_key_id.as_str(), key.secret_access_key.expose()), (ID.1, SECRET.1.as_bytes()));
    assert!(!format!("{:?}", loaded.config).contains("canary"));
    assert!(loaded.settings.iter().all(|setting| !format!("{:?}", setting.value).contains("canary")));
}

#[test]
fn a_root_access_key_that_is_half_or_weak_is_refused_without_being_quoted() {
    let canary_with_space = format!("{} ", SECRET.1);
    let cases: [&[(&str, &str)]; 5] = [
        &[ID],
        &[SECRET],
        &[(ID.0, "canary"), SECRET],
        &[ID, (SECRET.0, "canary")],
        &[ID, (SECRET.0, &canary_with_space)],
    ];
    for case in cases {
        let given = case.iter().fold(Given::nothing(), |given, (name, value)| given.variable(name, value));
        let refusal = given.refusal();
        assert!(refusal.contains("KEEPWELL_ROOT_") && !refusal.contains("canary"), "{refusal}");
    }
    let from_file = Given::nothing().file("root_secret_access_key = \"canary\"").refusal();
    assert!(!from_file.contains("canary"), "{from_file}");
}

#[test]
fn empty_variables_count_as_not_set() {
    let given = Given::nothing().variable(ID.0, "").variable(SECRET.0, "").variable("KEEPWELL_LISTEN", "");
    assert!(given.load().config.root_access_key.is_none());
}

#[test]
fn both_spellings_of_one_setting_in_one_source_are_refused() {
    let refusal =
        Given::nothing().variable("KEEPWELL_REGION", "us-east-1").variable("KEEPWELL_REGIONS", "eu-west-1").refusal();
    assert!(refusal.contains("KEEPWELL_REGION: given twice"), "{refusal}");
}

#[test]
fn what_check_config_writes_is_a_file_that_gives_the_same_configuration() {
    let flags =
        [("data_dir", "/it's \"here\""), ("region", "eu-west-1"), ("region", "us-east-1"), ("worker_threads", "3")];
    let first = Given::flags(flags).load();
    let second = Given::nothing().file(&fuzz::write(&first.settings)).load();
    assert_eq!(format!("{:?}", first.config), format!("{:?}", second.config));
}

#[test]
fn every_setting_has_a_key_and_a_doc_of_its_own() {
    let mut seen = std::collections::BTreeSet::new();
    for setting in groups().into_iter().flat_map(|group| group.settings) {
        assert!(setting.keys().all(|key| seen.insert(key)), "{} is stated twice", setting.key);
        assert!(setting.doc.ends_with('.'), "{}: {}", setting.key, setting.doc);
    }
}

/// Lines of a file: known keys and near misses, with values that fit, nearly fit, or are anything at all.
fn any_line() -> impl Strategy<Value = String> {
    let known: Vec<&str> = groups().into_iter().flat_map(|group| group.settings).map(|setting| setting.key).collect();
    let values =
        ["1", "0", "-1", "true", "\"25 s\"", "\"512 MiB\"", "\"127.0.0.1:1\"", "[\"us-east-1\"]", "\"strict\"", "{}"];
    let key = prop_oneof![8 => select(known).prop_map(str::to_owned), 1 => "[a-z_.]{1,12}"];
    let value = prop_oneof![8 => select(values.to_vec()).prop_map(str::to_owned), 1 => any::<String>()];
    (key, value).prop_map(|(key, value)| format!("{key} = {value}\n"))
}

proptest! {
    #[test]
    fn any_text_is_understood_or_refused(data in prop::collection::vec(any::<u8>(), 0..400)) {
        fuzz_config(&data);
    }

    #[test]
    fn any_lines_are_understood_or_refused(
        variable in select(vec!["KEEPWELL_LISTEN", "KEEPWELL_QUOTA_SECRET_BYTES", "KEEPWELL_LOG_LEVEL", "STATE_DIRECTORY"]),
        value in any::<String>(),
        lines in prop::collection::vec(any_line(), 0..6),
    ) {
        fuzz_config(format!("{variable}\n{}\n\n\n{}", value.replace('\n', " "), lines.concat()).as_bytes());
    }
}

#[test]
fn the_fuzzed_entrance_accepts_what_is_right() {
    assert!(fuzz_config(b"KEEPWELL_LISTEN\n127.0.0.1:1\nregion\neu-west-1\n[quota]\nsecret_bytes = 5\n"));
    assert!(!fuzz_config(b"KEEPWELL_LISTEN\nnowhere\n\n\n"));
}
