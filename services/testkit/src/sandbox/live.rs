//! Live updates, as the panel hears them.

use std::time::Duration;

use chamados_chassis::task;
use futures::StreamExt as _;
use reqwest::RequestBuilder;
use serde_json::Value;
use tokio::{sync::mpsc, task::JoinHandle, time::timeout};

/// The first frame comes at once.
const READY_LIMIT: Duration = Duration::from_secs(5);

/// One server-sent event.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Frame {
    /// `ready`, `signal` or `reset`.
    pub event: String,
    /// What to resume from.
    pub id: String,
    /// Topic and ids, for a signal.
    pub data: Value,
}

impl Frame {
    /// Whether it is a signal about `id`.
    #[must_use]
    pub fn is_about(&self, topic: &str, id: &str) -> bool {
        let ids = self.data["ids"].as_array().map(Vec::as_slice).unwrap_or_default();
        self.event == "signal" && self.data["topic"] == topic && ids.iter().any(|known| known == id)
    }

    fn read(text: &str) -> Option<Self> {
        let mut frame = Self::default();
        let mut data = String::new();
        for line in text.lines() {
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "event" => value.clone_into(&mut frame.event),
                "id" => value.clone_into(&mut frame.id),
                "data" => data.push_str(value),
                _ => {}
            }
        }
        // A ping says only that the stream lives.
        frame.data = serde_json::from_str(&data).ok()?;
        (frame.event != "ping").then_some(frame)
    }
}

/// A stream of live updates.
pub struct Live {
    frames: mpsc::UnboundedReceiver<Frame>,
    reading: JoinHandle<()>,
    last_id: String,
}

pub(super) async fn open(request: RequestBuilder) -> Live {
    let response = timeout(READY_LIMIT, request.send()).await;
    let response = response.unwrap_or_else(|_| panic!("no stream within {READY_LIMIT:?}"));
    let response = response.unwrap_or_else(|error| panic!("no stream: {error:?}"));
    assert_eq!(response.status(), 200, "no stream");
    let (sender, frames) = mpsc::unbounded_channel();
    let reading = task::spawn("live updates", async move {
        let mut bytes = response.bytes_stream();
        let mut pending = String::new();
        while let Some(Ok(chunk)) = bytes.next().await {
            pending.push_str(&String::from_utf8_lossy(&chunk));
            while let Some((text, rest)) = pending.split_once("\n\n") {
                let frame = Frame::read(text);
                pending = rest.to_owned();
                if frame.is_some_and(|frame| sender.send(frame).is_err()) {
                    return;
                }
            }
        }
    });
    let mut live = Live { frames, reading, last_id: String::new() };
    let first = live.next(READY_LIMIT).await;
    assert_eq!(first.event, "ready", "{first:?}");
    live
}

impl Live {
    /// The next frame.
    ///
    /// # Panics
    /// When none comes within `limit`, or the stream ended.
    pub async fn next(&mut self, limit: Duration) -> Frame {
        let frame = timeout(limit, self.frames.recv()).await;
        let frame = frame.unwrap_or_else(|_| panic!("no live update within {limit:?}"));
        let frame = frame.unwrap_or_else(|| panic!("the live updates ended"));
        frame.id.clone_into(&mut self.last_id);
        frame
    }

    /// Reads on until a signal about `id` comes.
    ///
    /// # Panics
    /// When none comes within `limit`, or the stream ended.
    pub async fn signal(&mut self, topic: &str, id: &str, limit: Duration) {
        let mut passed = Vec::new();
        let found = timeout(limit, async {
            loop {
                let frame = self.frames.recv().await;
                let frame = frame.unwrap_or_else(|| panic!("the live updates ended"));
                frame.id.clone_into(&mut self.last_id);
                if frame.is_about(topic, id) {
                    return;
                }
                passed.push(frame);
            }
        });
        if found.await.is_err() {
            panic!("no {topic} of {id} within {limit:?}, but {passed:#?}");
        }
    }

    /// Whether the server ends the stream within `limit`.
    pub async fn ends(&mut self, limit: Duration) -> bool {
        let ended = async { while self.frames.recv().await.is_some() {} };
        timeout(limit, ended).await.is_ok()
    }

    /// What came until now and was not read yet.
    pub fn drain(&mut self) -> Vec<Frame> {
        let frames: Vec<Frame> = std::iter::from_fn(|| self.frames.try_recv().ok()).collect();
        if let Some(last) = frames.last() {
            last.id.clone_into(&mut self.last_id);
        }
        frames
    }

    /// Id of the last frame read.
    #[must_use]
    pub fn last_id(&self) -> &str {
        &self.last_id
    }
}

impl Drop for Live {
    /// Closes the connection, as a browser does that is closed.
    fn drop(&mut self) {
        self.reading.abort();
    }
}
