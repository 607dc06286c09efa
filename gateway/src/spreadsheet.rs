//! Lists as CSV (RFC 4180), made page by page as they are sent, so that a long one costs no memory.

use axum::{
    body::{Body, Bytes},
    response::{IntoResponse, Response},
};
use futures::{Stream, StreamExt as _, TryStreamExt as _, stream};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};

use crate::problem::{Problem, Result};

/// Records asked for at once.
pub(crate) const PAGE: i32 = 100;
/// Without it spreadsheets take UTF-8 for something else.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Rows of a page, and the token of the next one.
pub(crate) struct Rows {
    pub(crate) rows: Vec<Vec<String>>,
    pub(crate) next_page_token: String,
}

/// The answer that holds everything from `first` on; `page` gets the page of a token. When a later page
/// fails the transfer breaks off, which every client notices.
pub(crate) fn download<F>(
    file_name: &'static str,
    columns: &[&str],
    first: Rows,
    page: impl Fn(String) -> F + Send + 'static,
) -> Result<Response>
where
    F: Future<Output = Result<Rows>> + Send + 'static,
{
    let mut head = Bytes::from(BYTE_ORDER_MARK).to_vec();
    head.extend(text([columns])?);
    let pages = stream::try_unfold(Some(Step::Made(first)), move |step| {
        let following = step.map(|step| match step {
            Step::Made(rows) => Err(rows),
            Step::Token(token) => Ok(page(token)),
        });
        async move {
            let rows = match following {
                None => return Ok(None),
                Some(Err(rows)) => rows,
                Some(Ok(page)) => page.await.map_err(Broken::after)?,
            };
            let bytes = text(&rows.rows).map_err(Broken::after)?;
            let token = Some(rows.next_page_token).filter(|token| !token.is_empty());
            Ok::<_, Broken>(Some((Bytes::from(bytes), token.map(Step::Token))))
        }
    });
    Ok(answer(file_name, head, pages))
}

/// A value of an enumeration as it is in JSON.
pub(crate) fn word(value: &impl serde::Serialize) -> Result<String> {
    let value = serde_json::to_value(value).map_err(Problem::internal)?;
    Ok(value.as_str().unwrap_or_default().to_owned())
}

enum Step {
    Made(Rows),
    Token(String),
}

fn answer(
    file_name: &'static str,
    head: Vec<u8>,
    pages: impl Stream<Item = Result<Bytes, Broken>> + Send + 'static,
) -> Response {
    let head = stream::once(async { Ok(Bytes::from(head)) });
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{file_name}\"")),
    ];
    (headers, Body::from_stream(head.chain(pages.into_stream()))).into_response()
}

/// Lines of CSV.
fn text<R, F>(rows: impl IntoIterator<Item = R>) -> Result<Vec<u8>>
where
    R: IntoIterator<Item = F>,
    F: AsRef<str>,
{
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .flexible(true)
        .from_writer(Vec::new());
    for row in rows {
        let cells = row.into_iter().map(|cell| harmless(cell.as_ref()));
        writer.write_record(cells).map_err(Problem::internal)?;
    }
    writer.into_inner().map_err(|error| Problem::internal(error.into_error()))
}

/// A cell that no spreadsheet takes for a formula: people write tickets, and others open the file.
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

/// A page that could not be had once the answer had begun.
#[derive(Debug, thiserror::Error)]
#[error("a later page could not be had")]
struct Broken;

impl Broken {
    fn after(problem: Problem) -> Self {
        tracing::warn!(problem = problem.code(), "a download breaks off");
        Self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_no_formula() {
        let rows = [vec!["a,b", "say \"hi\"", "two\nlines"], vec!["=1+1", "-2", "plain"]];
        let text = String::from_utf8(text(rows).unwrap()).unwrap();
        assert_eq!(text, "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\"\r\n'=1+1,'-2,plain\r\n");
    }
}
