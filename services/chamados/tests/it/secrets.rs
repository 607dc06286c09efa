//! No password and no token is in a log or, in the clear, in what is kept. The server is a process of its own that
//! logs all it ever would.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use chamados_testkit::sandbox::{Browser, Computer};
use reqwest::Method;
use serde_json::json;

use crate::{
    door,
    fixture::{Desk, text},
    process::Server,
};

const EMAIL: &str = "ada@desk.example";
const PASSWORDS: [&str; 4] = [
    "a staple of invented batteries",
    "an invited staple of batteries",
    "a staple of batteries once more",
    "a staple that is refused",
];

/// Makes an installation with an admin in `folder`.
fn install(folder: &Path, password: &str) {
    let admin = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chamados"));
        command.arg("admin").args(words).arg("--data-dir").arg(folder);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success(), "{words:?}");
    };
    admin(&["tenant", "create", "--name", "Desk"]);
    let person = ["user", "create", "--email", EMAIL, "--name", "Ada", "--role", "admin"];
    admin(&[person.as_slice(), &["--password-file", "-"]].concat());
}

fn token_of(link: &str) -> String {
    link.split_once('#').unwrap_or_else(|| panic!("no token in {link}")).1.to_owned()
}

/// Everything below a folder, byte by byte.
fn contents(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        all.extend(if path.is_dir() { contents(&path) } else { fs::read(&path).unwrap() });
    }
    all
}

fn holds(bytes: &[u8], secret: &str) -> bool {
    bytes.windows(secret.len()).any(|window| window == secret.as_bytes())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_in_a_log_or_in_what_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let [first, invited, later, refused] = PASSWORDS;
    install(folder.path(), first);
    let mut command = Command::new(env!("CARGO_BIN_EXE_chamados"));
    command.env("CHAMADOS__TELEMETRY__LOG_FILTER", "debug");
    let (server, url) = Server::started_by(command, folder.path());

    let admin = Browser::at(&url);
    let sign_in = |password| json!({"email": EMAIL, "password": password});
    let path = "/api/auth/sign-in/email";
    admin.post(path, sign_in(refused)).await.refused(401, "credentials_invalid");
    let broken = format!("{{\"email\": \"{EMAIL}\", \"password\": \"{refused}\", ");
    let broken =
        admin.request(Method::POST, path).header("content-type", "application/json").body(broken);
    assert_eq!(admin.send(broken).await.status, 400);
    let _session = admin.post(path, sign_in(first)).await.ok();
    let mut secrets: Vec<String> = PASSWORDS.map(str::to_owned).into();
    let session =
        |browser: &Browser| browser.session_cookie().unwrap().split_once('=').unwrap().1.to_owned();
    secrets.push(session(&admin));

    let desk = Desk::of(admin).await;
    let invite =
        json!({"email": "nova@acme.example", "role": "collaborator", "companyId": desk.company});
    let link = desk.admin.post("/api/admin/invites", invite).await.text("url");
    secrets.push(token_of(&link));
    let nova = Browser::at(&url);
    let accepted = json!({"token": token_of(&link), "name": "Nova", "password": invited});
    let accepted = nova.post("/api/auth/invites/accept", accepted).await.ok();
    secrets.push(session(&nova));
    let nova = text(&accepted["user"], "id");
    let reset =
        desk.admin.post(&format!("/api/admin/users/{nova}/password-reset"), json!({})).await;
    let reset = token_of(&reset.text("url"));
    let again = Browser::at(&url);
    let chosen = json!({"token": reset, "password": later});
    let _chosen = again.post("/api/auth/password/reset", chosen).await.ok();
    secrets.extend([reset, session(&again)]);
    secrets.push(door::key(&desk, &["tickets.read"]).await.1);

    let computer = Computer::new().unwrap();
    let agents = format!("http://{}", server.agents());
    let enrolled = computer.enroll(agents, &desk.code, "nova@acme.example").await.unwrap();
    desk.online(&computer, &enrolled.device_id.to_string()).await.stop().await.unwrap();
    secrets.push(computer.token().unwrap());

    let log = server.log();
    assert!(log.contains("DEBUG") && log.contains("Session"), "it hardly logs: {log}");
    drop(server);
    let kept = contents(folder.path());
    assert!(holds(&kept, "nova@acme.example"), "nothing is kept");
    for secret in &secrets {
        assert!(secret.len() > 15, "{secret} is no secret");
        assert!(!log.contains(secret.as_str()), "{secret} is in the log");
        assert!(!holds(&kept, secret), "{secret} is kept in the clear");
    }
}
