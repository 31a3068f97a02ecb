//! What an operator may have wrong when the gateway starts: a clear word and a failure, and the
//! data folder as it was.

use std::fs;
use std::path::Path;

use ledgerhook_testkit::Binary;
use rusqlite::Connection;

use crate::PROGRAM;

#[tokio::test]
async fn a_second_process_on_one_data_folder_does_not_start() {
    let mut gateway = Binary::new(PROGRAM);
    gateway.start().await;
    let complaint = gateway.run(&["serve"]).await.failed();
    assert!(complaint.contains("is in use by another ledgerhook"), "{complaint}");
    assert!(complaint.contains(&*gateway.data_folder().to_string_lossy()), "{complaint}");
    gateway.kill9();
    // The lock of a killed process does not stay.
    gateway.start().await;
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let gateway = Binary::new(PROGRAM);
    let file = gateway.work_folder().join("file");
    fs::write(&file, "in the way").unwrap();
    for folder in [file.to_string_lossy().as_ref(), "/proc/ledgerhook"] {
        let complaint = gateway.run(&["serve", "--data", folder]).await.failed();
        assert!(complaint.contains(folder), "{complaint}");
        assert!(complaint.contains("cannot be made or written"), "{complaint}");
    }
}

#[tokio::test]
async fn tables_of_a_newer_program_are_left_alone() {
    let mut gateway = Binary::new(PROGRAM);
    gateway.start().await;
    gateway.terminate().await;
    let database = gateway.data_folder().join("ledgerhook.db");
    let connection = Connection::open(&database).unwrap();
    let newer = "INSERT INTO refinery_schema_history VALUES (99, 'future', '2030-01-01', '0')";
    connection.execute(newer, []).unwrap();
    drop(connection);
    let complaint = gateway.run(&["serve"]).await.failed();
    assert!(complaint.contains("tables of version 99"), "{complaint}");
    assert!(complaint.contains("use the newer ledgerhook again"), "{complaint}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_not_touched() {
    let gateway = Binary::new(PROGRAM);
    let database = gateway.data_folder().join("ledgerhook.db");
    fs::create_dir_all(gateway.data_folder()).unwrap();
    let text = "a shopping list, a long one: ".repeat(100);
    fs::write(&database, &text).unwrap();
    let complaint = gateway.run(&["serve"]).await.failed();
    assert!(complaint.contains("is not a database"), "{complaint}");
    assert_eq!(fs::read_to_string(&database).unwrap(), text);
}

#[tokio::test]
async fn a_wrong_settings_file_is_named_with_its_mistake() {
    let gateway = Binary::new(PROGRAM);
    let path = gateway.work_folder().join("settings.toml");
    let file = path.to_string_lossy().into_owned();
    for (text, expected) in [
        ("[log", "is not valid TOML"),
        ("[log]\nlevle = \"info\"", "levle"),
        ("[egress]\ntimeout_ms = \"soon\"", "timeout_ms"),
        ("listen = \"127.0.0.1:1\"", "`listen` must be a section: [listen]"),
        ("[log]\nlevel = \"info,,=\"", "log.level"),
        ("[egress]\nallowed_networks = [\"10.0.0.0/99\"]", "egress.allowed_networks"),
        ("[providers.quickbooks]\napi_ulr = \"https://x.test\"", "api_ulr"),
        ("[providers.quickbooks]\napi_url = \"nonsense\"", "api_url"),
    ] {
        fs::write(&path, text).unwrap();
        let complaint = gateway.run(&["serve", "--config", &file]).await.failed();
        assert!(complaint.contains(expected), "{text}: {complaint}");
    }
    let complaint = gateway.run(&["serve", "--config", "absent.toml"]).await.failed();
    assert!(complaint.contains("cannot read the settings file absent.toml"), "{complaint}");
}

#[tokio::test]
async fn a_settings_file_in_the_working_folder_is_found() {
    let gateway = Binary::new(PROGRAM);
    fs::write(gateway.work_folder().join("ledgerhook.toml"), "[log]\nlevel = \"warn\"").unwrap();
    let shown = gateway.run(&["config", "--show"]).await.ok();
    assert!(shown.contains("log.level = \"warn\"  # file ledgerhook.toml"), "{shown}");
}

#[tokio::test]
async fn a_wrong_environment_variable_is_named() {
    let gateway = Binary::new(PROGRAM);
    for (name, value, expected) in [
        ("LEDGERHOOK__EGRESS__ALLOW_PRIVATE", "maybe", "LEDGERHOOK__EGRESS__ALLOW_PRIVATE"),
        ("LEDGERHOOK__EGRESS__ALLOW_PRIVAT", "true", "allow_privat"),
        ("LEDGERHOOK__DELIVERY__RETRY_WAITS_SECONDS", "[1, -1]", "retry_waits_seconds"),
        ("LEDGERHOOK__LOG__FORMAT", "xml", "log.format: `xml` is neither text nor json"),
        ("LEDGERHOOK__SERVER__LISTEN", "nowhere", "server.listen: cannot listen on nowhere"),
    ] {
        let complaint = gateway.run_with(&["serve"], &[(name, value)]).await.failed();
        assert!(complaint.contains(expected), "{name}={value}: {complaint}");
    }
}

#[tokio::test]
async fn a_wrong_flag_is_named() {
    let gateway = Binary::new(PROGRAM);
    for arguments in [&["serve", "--liston", "x"][..], &["serf"], &["org", "create"], &[]] {
        let finished = gateway.run(arguments).await;
        assert_eq!(finished.status.code(), Some(2), "{arguments:?}");
        assert!(finished.stderr.contains("Usage"), "{}", finished.stderr);
    }
}

#[tokio::test]
async fn an_address_that_is_taken_is_named_with_its_setting() {
    let mut first = Binary::new(PROGRAM);
    first.start().await;
    let taken = first.addresses().public().to_string();
    let second = Binary::new(PROGRAM);
    for (flag, setting) in
        [("--listen", "server.listen"), ("--admin-listen", "server.admin_listen")]
    {
        let complaint = second.run(&["serve", flag, &taken]).await.failed();
        let expected = format!("{setting}: cannot listen on {taken}");
        assert!(complaint.contains(&expected), "{complaint}");
    }
}

#[tokio::test]
async fn a_key_file_that_is_damaged_or_of_another_gateway_is_refused() {
    let mut gateway = Binary::new(PROGRAM);
    gateway.start().await;
    gateway.terminate().await;
    let key_file = gateway.data_folder().join("ledgerhook.key");
    let right = fs::read_to_string(&key_file).unwrap();
    // base64 of 32 zeros
    let foreign = format!("1 {}=\n", "A".repeat(43));
    for (text, expected) in [
        ("", "holds no key"),
        ("nonsense\n", "line 1 of the key file"),
        (foreign.as_str(), "the signing key of organisation 1 is unreadable"),
    ] {
        fs::write(&key_file, text).unwrap();
        let complaint = gateway.run(&["serve"]).await.failed();
        assert!(complaint.contains(expected), "{complaint}");
    }
    fs::write(&key_file, right).unwrap();
    gateway.start().await;
}

#[tokio::test]
async fn a_key_file_that_is_lost_is_not_silently_replaced() {
    let mut gateway = Binary::new(PROGRAM);
    gateway.start().await;
    gateway.terminate().await;
    let key_file = gateway.data_folder().join("ledgerhook.key");
    fs::rename(&key_file, gateway.work_folder().join("backup")).unwrap();
    let complaint = gateway.run(&["serve"]).await.failed();
    assert!(complaint.contains("the signing key of organisation 1 is unreadable"), "{complaint}");
    fs::rename(gateway.work_folder().join("backup"), &key_file).unwrap();
    gateway.start().await;
}

#[tokio::test]
async fn the_key_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut gateway = Binary::new(PROGRAM);
    gateway.start().await;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&gateway.data_folder().join("ledgerhook.key")), 0o600);
}
