//! The stream of a relay: many devices over one connection. Each has its own [`Conversation`], about
//! 300 bytes; heartbeats are answered at once, what takes time goes through [`Lanes`].

use std::collections::HashMap;

use chamados_proto::device::v1::{
    self as pb, CloseReason, agent_message::Message as Up, relay_message::Content,
    server_message::Message as Down,
};
use futures::{Stream, stream};
use prost::Message as _;
use tokio::{sync::mpsc, time::Instant};
use tonic::{Status, Streaming};

use super::{
    conversation::{Conversation, Heard, close, close_for, is_unreadable, protocol},
    lanes::Lanes,
};
use crate::{
    app::App,
    streams::{Closing, Line},
};

/// Most answers in one message.
const ANSWERS: usize = 500;

/// The answers to a relay.
pub(super) fn serve(
    app: App,
    incoming: Streaming<pb::RelayMessage>,
) -> impl Stream<Item = Result<pb::RelayAnswer, Status>> + Send {
    stream::unfold(Relay::new(app, incoming), |mut relay| async move {
        let answer = relay.next().await?;
        Some((Ok(answer), relay))
    })
}

struct Relay {
    app: App,
    incoming: Streaming<pb::RelayMessage>,
    streams: HashMap<u32, Device>,
    /// Numbers of streams that are told something from outside.
    ear: mpsc::UnboundedReceiver<u32>,
    bell: mpsc::UnboundedSender<u32>,
    lanes: Lanes<Done>,
    /// What is to be said next.
    answer: pb::RelayAnswer,
    /// Since when there is no device.
    idle_since: Instant,
    over: bool,
}

/// The device behind a number.
enum Device {
    /// Its Hello is being looked at.
    Greeting {
        /// It said good-bye meanwhile.
        bye: bool,
    },
    /// It is welcome.
    Open(Box<Conversation>),
}

/// What came of work.
enum Done {
    /// A Hello.
    Opened { stream: u32, outcome: Result<(Box<Conversation>, Down), Down> },
    /// Anything else.
    Worked { stream: u32, epoch: u32, answer: Option<Down> },
}

/// Why the relay's stream ends.
enum End {
    /// The relay hears why.
    Said(Down),
    /// The relay is gone.
    Gone,
}

impl Relay {
    fn new(app: App, incoming: Streaming<pb::RelayMessage>) -> Self {
        let (bell, ear) = mpsc::unbounded_channel();
        Self {
            idle_since: app.clock.instant(),
            app,
            incoming,
            streams: HashMap::new(),
            ear,
            bell,
            lanes: Lanes::new(),
            answer: pb::RelayAnswer::default(),
            over: false,
        }
    }

    /// The next message down; none when the stream is over.
    async fn next(&mut self) -> Option<pb::RelayAnswer> {
        while !self.over {
            match self.step().await {
                Ok(()) => {}
                Err(End::Gone) => return None,
                Err(End::Said(last)) => {
                    self.over = true;
                    if let Down::Close(close) = last {
                        self.answer.close = Some(close);
                    }
                }
            }
            if self.answer != pb::RelayAnswer::default() {
                return Some(std::mem::take(&mut self.answer));
            }
        }
        None
    }

    /// Does whatever is to be done next.
    async fn step(&mut self) -> Result<(), End> {
        let is_idle = self.streams.is_empty();
        if is_idle && self.app.streams.is_draining() {
            return Err(End::Said(close_for(Closing::Drain)));
        }
        let given_up = self.idle_since + self.app.config.hello_timeout();
        tokio::select! {
            // Streams that have to end end before anything else of them is heard.
            biased;
            Some(stream) = self.ear.recv() => {
                self.tell(stream);
                // A server that stops closes many at once.
                while self.answer.answers.len() < ANSWERS && let Ok(stream) = self.ear.try_recv() {
                    self.tell(stream);
                }
            }
            Some(done) = self.lanes.next() => self.finish(done),
            heard = self.incoming.message(), if self.lanes.have_room() => {
                let content = match heard {
                    Ok(Some(message)) => message.content,
                    Ok(None) => return Err(End::Gone),
                    Err(error) if is_unreadable(&error) => {
                        return Err(End::Said(protocol("a message cannot be read")));
                    }
                    Err(_) => return Err(End::Gone),
                };
                match content {
                    Some(Content::Beats(beats)) => self.beats(&beats),
                    Some(Content::Message(message)) => self.hear(message)?,
                    None => return Err(End::Said(protocol("a message is empty"))),
                }
            }
            () = tokio::time::sleep_until(given_up), if is_idle => {
                return Err(End::Said(protocol("no device said Hello in time")));
            }
        }
        Ok(())
    }

    fn say(&mut self, stream: u32, message: Down) {
        if matches!(message, Down::Close(_)) {
            self.forget(stream);
        }
        let message = Some(pb::ServerMessage { message: Some(message) });
        self.answer.answers.push(pb::RelayedAnswer { stream, message });
    }

    /// Frees a number. Whatever was open under it is over.
    fn forget(&mut self, stream: u32) {
        if self.streams.remove(&stream).is_some() && self.streams.is_empty() {
            self.idle_since = self.app.clock.instant();
        }
    }

    fn beats(&mut self, beats: &pb::RelayBeats) {
        for stream in &beats.streams {
            let Some(Device::Open(conversation)) = self.streams.get_mut(stream) else { continue };
            let heard = conversation.beat(&self.app);
            let epoch = conversation.epoch();
            self.follow(*stream, epoch, 0, heard);
        }
        self.answer.acknowledged = self.answer.acknowledged.max(beats.sequence);
    }

    fn hear(&mut self, relayed: pb::RelayedMessage) -> Result<(), End> {
        let stream = relayed.stream;
        let bytes = relayed.encoded_len();
        let Some(message) = relayed.message.and_then(|message| message.message) else {
            return Err(End::Said(protocol("a device's message is empty")));
        };
        let known = self.streams.get_mut(&stream);
        match (message, known) {
            (Up::Hello(hello), None) => self.greet(stream, bytes, hello),
            (Up::Hello(_), Some(_)) => {
                return Err(End::Said(protocol("a number is in use already")));
            }
            (message, Some(Device::Open(conversation))) => {
                let heard = conversation.hear(&self.app, message);
                let epoch = conversation.epoch();
                self.follow(stream, epoch, bytes, heard);
            }
            (Up::Bye(_), Some(Device::Greeting { bye, .. })) => *bye = true,
            // Nobody says anything else before Welcome, and what is on its way when a stream is
            // closed comes too late.
            (_, Some(Device::Greeting { .. }) | None) => {}
        }
        Ok(())
    }

    fn greet(&mut self, stream: u32, bytes: usize, hello: pb::Hello) {
        if self.streams.len() >= self.app.config.relay_devices as usize {
            let wait = self.app.config.hello_timeout();
            let full = close(CloseReason::Overload, wait, "the relay has too many devices");
            return self.say(stream, full);
        }
        self.streams.insert(stream, Device::Greeting { bye: false });
        let (app, bell) = (self.app.clone(), self.bell.clone());
        let open = async move {
            let outcome = Conversation::open(&app, hello, Line::relayed(stream, bell)).await;
            let outcome = outcome.map(|(conversation, welcome)| (Box::new(conversation), welcome));
            Done::Opened { stream, outcome }
        };
        self.lanes.add(stream, bytes, Box::pin(open));
    }

    /// Does what a message asks for.
    fn follow(&mut self, stream: u32, epoch: u32, bytes: usize, heard: Heard) {
        match heard {
            Heard::Nothing => {}
            Heard::Answer(answer) => self.say(stream, answer),
            Heard::Work(work) => {
                let work = async move { Done::Worked { stream, epoch, answer: work.await } };
                self.lanes.add(stream, bytes, Box::pin(work));
            }
            Heard::Over => self.forget(stream),
        }
    }

    fn finish(&mut self, done: Done) {
        match done {
            Done::Opened { stream, outcome } => self.opened(stream, outcome),
            Done::Worked { stream, epoch, answer: Some(answer) } if self.is_open(stream, epoch) => {
                self.say(stream, answer);
            }
            Done::Worked { .. } => {}
        }
    }

    fn opened(&mut self, stream: u32, outcome: Result<(Box<Conversation>, Down), Down>) {
        let Some(Device::Greeting { bye }) = self.streams.get(&stream) else { return };
        let bye = *bye;
        match outcome {
            Ok((conversation, _)) if bye => {
                conversation.bye(&self.app);
                self.forget(stream);
            }
            Ok((conversation, welcome)) => {
                self.streams.insert(stream, Device::Open(conversation));
                self.say(stream, welcome);
                // It may have been told something before anybody listened for it.
                self.tell(stream);
            }
            Err(_) if bye => self.forget(stream),
            Err(close) => self.say(stream, close),
        }
    }

    /// Says what the stream under the number was told from outside, if it was told something.
    fn tell(&mut self, stream: u32) {
        while let Some(Device::Open(conversation)) = self.streams.get_mut(&stream)
            && let Some(word) = conversation.next_word()
        {
            self.say(stream, word);
        }
    }

    fn is_open(&self, stream: u32, epoch: u32) -> bool {
        matches!(self.streams.get(&stream), Some(Device::Open(open)) if open.epoch() == epoch)
    }
}
