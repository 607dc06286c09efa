//! What people ask: the problems of `catalog/*.toml`, and what is said about them.

use anyhow::{Context as _, Result, bail};
use chamados_proto::ticket::v1::{PauseReason, Priority};
use serde::Deserialize;

use crate::cast::COMPANIES;

const FILES: [&str; 3] = [
    include_str!("../catalog/computers.toml"),
    include_str!("../catalog/access.toml"),
    include_str!("../catalog/systems.toml"),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    problem: Vec<Problem>,
}

/// Something that people ask for again and again. `catalog/README.md` says what its parts mean.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Problem {
    pub(crate) subject: Vec<String>,
    pub(crate) category: String,
    pub(crate) queue: Option<String>,
    pub(crate) tags: Vec<String>,
    #[serde(deserialize_with = "priority")]
    pub(crate) priority: Priority,
    #[serde(default = "once")]
    pub(crate) weight: f64,
    /// Nickname of the only company to which it happens.
    pub(crate) only: Option<String>,
    #[serde(default)]
    pub(crate) device: bool,
    pub(crate) text: Vec<String>,
    #[serde(deserialize_with = "talk")]
    pub(crate) talk: Vec<Line>,
    pub(crate) close: Vec<String>,
}

/// One thing that happens to a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Line {
    /// Staff say it, in public.
    Answer(String),
    /// Staff note it for themselves.
    Note(String),
    /// Who asked says it.
    Reply(String),
    /// Work stops, for a reason and with a note.
    Pause(PauseReason, String),
}

impl Problem {
    /// Whether it happens to the company with this place in [`COMPANIES`].
    pub(crate) fn happens_to(&self, company: usize) -> bool {
        self.only.as_ref().is_none_or(|only| only == COMPANIES[company].nickname)
    }
}

const fn once() -> f64 {
    1.0
}

fn priority<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Priority, D::Error> {
    let name = String::deserialize(deserializer)?;
    let known = Priority::from_str_name(&format!("PRIORITY_{}", name.to_uppercase()));
    known.ok_or_else(|| serde::de::Error::custom(format!("{name} is no priority")))
}

fn talk<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Line>, D::Error> {
    let lines = Vec::<String>::deserialize(deserializer)?;
    lines.iter().map(|text| line(text).map_err(serde::de::Error::custom)).collect()
}

fn line(line: &str) -> Result<Line> {
    let (who, text) = line.split_once(": ").with_context(|| format!("nobody says {line:?}"))?;
    let text = text.to_owned();
    Ok(match who {
        "agente" => Line::Answer(text),
        "nota" => Line::Note(text),
        "pessoa" => Line::Reply(text),
        "espera pessoa" => Line::Pause(PauseReason::WaitingRequester, text),
        "espera fornecedor" => Line::Pause(PauseReason::WaitingThirdParty, text),
        "espera agenda" => Line::Pause(PauseReason::Scheduled, text),
        "espera outra" => Line::Pause(PauseReason::Other, text),
        _ => bail!("{who:?} is nobody"),
    })
}

/// All problems.
///
/// # Errors
/// One is not as it has to be.
pub(crate) fn problems() -> Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for file in FILES {
        problems.extend(toml::from_str::<File>(file).context("the catalogue")?.problem);
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_problem_can_be_told_to_its_end() {
        let problems = problems().unwrap();
        assert!(problems.len() >= 60, "{}", problems.len());
        let mut subjects = HashSet::new();
        for problem in &problems {
            let name = &problem.subject[0];
            assert!(!problem.text.is_empty() && !problem.close.is_empty(), "{name}");
            assert!(
                problem.weight > 0.0
                    && problem
                        .talk
                        .iter()
                        .any(|line| matches!(line, Line::Answer(_) | Line::Note(_))),
                "{name}"
            );
            assert!((0..COMPANIES.len()).any(|company| problem.happens_to(company)), "{name}");
            // Work is not stopped twice in a row, nor before it began.
            assert!(!matches!(problem.talk[0], Line::Pause(..)), "{name}");
            for subject in &problem.subject {
                assert!(subjects.insert(subject), "{subject} twice");
            }
        }
    }

    #[test]
    fn a_line_that_nobody_says_is_refused() {
        assert!(line("robô: oi").is_err() && line("agente oi").is_err());
        assert_eq!(line("pessoa: Oi: tudo bem?").unwrap(), Line::Reply("Oi: tudo bem?".to_owned()));
    }
}
