//! The contests.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::browser::Browser;

/// What a request is marked with as JSON.
const JSON: (&str, &str) = ("content-type", "application/json");
/// Between the parts of an upload.
const BOUNDARY: &str = "a-boundary-that-no-file-has";

/// One kind of race.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contest {
    /// Changing a ticket's subject, all from the same version.
    Updates,
    /// Pressing play on a ticket that nobody has.
    Takes,
    /// Merging one person into different others.
    Merges,
    /// Opening tickets: each has its own number.
    Numbers,
    /// Opening a ticket under one idempotency key: all are told the same one.
    Repeats,
    /// Attaching one upload to different comments.
    Uploads,
}

/// What a round is about.
pub(super) struct Made {
    /// A path that everybody asks, or the key they share.
    subject: String,
    /// What tells the rivals apart.
    others: Vec<String>,
}

impl Contest {
    pub(super) const ALL: [Self; 6] =
        [Self::Updates, Self::Takes, Self::Merges, Self::Numbers, Self::Repeats, Self::Uploads];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Updates => "updates",
            Self::Takes => "takes",
            Self::Merges => "merges",
            Self::Numbers => "numbers",
            Self::Repeats => "repeats",
            Self::Uploads => "uploads",
        }
    }

    /// Makes what the rivals want.
    pub(super) async fn prepare(self, admin: &Browser, rivals: usize) -> Result<Made> {
        let mut others = Vec::new();
        let subject = match self {
            Self::Updates | Self::Takes => ticket(admin).await?,
            Self::Merges => {
                let mut people = Vec::new();
                for _ in 0..=rivals {
                    people.push(person(admin).await?);
                }
                others = people.split_off(1);
                format!("/api/admin/users/{}/merge", people.concat())
            }
            Self::Numbers | Self::Repeats => Uuid::now_v7().to_string(),
            Self::Uploads => {
                let path = ticket(admin).await?;
                let _started = admin.post(&format!("{path}/start"), &json!({})).await?;
                others.push(upload(admin).await?);
                format!("{path}/comments")
            }
        };
        Ok(Made { subject, others })
    }

    /// What one rival does.
    pub(super) async fn attempt(
        self,
        admin: &Browser,
        made: &Made,
        rival: usize,
    ) -> Result<(u16, Vec<u8>)> {
        let Made { subject, others } = made;
        let (method, path, header, body) = match self {
            Self::Updates => {
                let body = json!({"subject": format!("rival {rival}")});
                (Method::PATCH, subject.clone(), ("if-match", "\"1\""), body)
            }
            Self::Takes => (Method::POST, format!("{subject}/start"), JSON, json!({})),
            Self::Merges => {
                let into = json!({"intoUserId": others.get(rival)});
                (Method::POST, subject.clone(), JSON, into)
            }
            Self::Numbers => {
                (Method::POST, "/api/tickets".to_owned(), JSON, json!({"subject": subject}))
            }
            Self::Repeats => {
                let key = ("idempotency-key", subject.as_str());
                (Method::POST, "/api/tickets".to_owned(), key, json!({"subject": subject}))
            }
            Self::Uploads => {
                let body = json!({
                    "body": format!("<p>rival {rival}</p>"), "visibility": "public",
                    "attachmentIds": others,
                });
                (Method::POST, subject.clone(), JSON, body)
            }
        };
        let mut headers = vec![JSON];
        if header != JSON {
            headers.push(header);
        }
        admin.exchange(method, &path, &headers, body.to_string().into_bytes()).await
    }

    /// Whether the answers are right, where it is not one winner that is wanted.
    pub(super) fn judges_itself(self, answers: &[(u16, Vec<u8>)]) -> Result<Option<bool>> {
        let field = match self {
            Self::Numbers => "number",
            Self::Repeats => "id",
            _ => return Ok(None),
        };
        let mut told = BTreeSet::new();
        for (status, bytes) in answers {
            if !(200..300).contains(status) {
                return Ok(Some(false));
            }
            let answer: Value = serde_json::from_slice(bytes)?;
            told.insert(answer[field].to_string());
        }
        let wanted = if self == Self::Numbers { answers.len() } else { 1 };
        Ok(Some(told.len() == wanted))
    }
}

/// The path of a new ticket in version 1.
async fn ticket(admin: &Browser) -> Result<String> {
    let ticket = admin.post("/api/tickets", &json!({"subject": "race"})).await?;
    Ok(format!("/api/tickets/{}", text(&ticket, "id")?))
}

/// The id of a new member of staff.
async fn person(admin: &Browser) -> Result<String> {
    let email = format!("{}@race.example", Uuid::now_v7().simple());
    let person = json!({"name": "Rival", "email": email, "role": "agent"});
    text(&admin.post("/api/admin/users", &person).await?, "id")
}

/// The id of a new file that is attached to nothing.
async fn upload(admin: &Browser) -> Result<String> {
    let body = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\
         Content-Type: text/plain\r\n\r\nsome text\r\n--{BOUNDARY}--\r\n"
    );
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let headers = [("content-type", kind.as_str())];
    let (status, bytes) =
        admin.exchange(Method::POST, "/api/attachments", &headers, body.into_bytes()).await?;
    anyhow::ensure!(status == 201, "an upload: {status} {}", String::from_utf8_lossy(&bytes));
    text(&serde_json::from_slice(&bytes)?, "id")
}

fn text(value: &Value, field: &str) -> Result<String> {
    Ok(value[field].as_str().with_context(|| format!("no {field} in {value}"))?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(contest: Contest, answers: &[(u16, &str)]) -> Option<bool> {
        let answers: Vec<_> =
            answers.iter().map(|(status, body)| (*status, body.as_bytes().to_vec())).collect();
        contest.judges_itself(&answers).unwrap()
    }

    #[test]
    fn numbers_differ_and_repeats_do_not() {
        let (one, two) =
            ((201, r#"{"id": "a", "number": 1}"#), (201, r#"{"id": "b", "number": 2}"#));
        assert_eq!(told(Contest::Numbers, &[one, two]), Some(true));
        assert_eq!(told(Contest::Numbers, &[one, one]), Some(false));
        assert_eq!(told(Contest::Repeats, &[one, one]), Some(true));
        assert_eq!(told(Contest::Repeats, &[one, two]), Some(false));
        assert_eq!(told(Contest::Repeats, &[one, (503, "")]), Some(false));
        assert_eq!(told(Contest::Takes, &[one, one]), None);
    }
}
