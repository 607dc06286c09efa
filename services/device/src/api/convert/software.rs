//! The same for lists of programs.

use chamados_chassis::{clock::to_proto, error::Checks, id::DeviceId, page::Page};
use chamados_proto::device::v1 as pb;

use super::{device_id, digest, query, text};
use crate::{
    app::software::Software,
    domain::software::{Installed, MOST_OF_PART, PARTS, Part, PartDigests},
    error::Error,
};

/// Longest name of a program, in characters.
const NAME: usize = 200;
/// Longest version, in characters.
const VERSION: usize = 64;
/// Longest publisher, in characters.
const PUBLISHER: usize = 100;

// --- streams

/// None when a digest is of another length, or they are not one a part.
pub(in crate::api) fn software_digests(message: &pb::SoftwareDigests) -> Option<PartDigests> {
    let digests = message.digests.iter().map(|bytes| digest(bytes).map(Some));
    digests.collect::<Option<Vec<_>>>()?.try_into().ok()
}

/// None when there is no such part, or its digest is of another length. What belongs to another part is
/// passed over, and so is what is beyond the most.
pub(in crate::api) fn software_part(message: pb::SoftwarePart) -> Option<Part> {
    let number = usize::try_from(message.part).ok().filter(|number| *number < PARTS)?;
    let programs = message.software.into_iter().filter_map(|program| {
        let name = text(program.name.trim(), NAME);
        let belongs = !name.is_empty() && part_of(&name) == number;
        let version = text(program.version.trim(), VERSION);
        let publisher = text(program.publisher.trim(), PUBLISHER);
        belongs.then(|| (name.clone(), Installed { name, version, publisher }))
    });
    let programs = programs.take(MOST_OF_PART).collect();
    Some(Part { number, digest: digest(&message.digest)?, programs })
}

/// In which part a program of this name is.
fn part_of(name: &str) -> usize {
    usize::from(blake3::hash(name.as_bytes()).as_bytes()[0]) % PARTS
}

// --- requests of people

/// Which device, and which words.
pub(in crate::api) fn list_software(
    message: &pb::ListDeviceSoftwareRequest,
) -> Result<(DeviceId, String), Error> {
    let mut checks = Checks::default();
    let query = query(&mut checks, &message.query);
    checks.finish()?;
    Ok((device_id(&message.device_id)?, query))
}

// --- answers

pub(in crate::api) fn software(software: Software) -> pb::ListDeviceSoftwareResponse {
    let Software { page, is_collected, reported_at } = software;
    let total_size = page.total_size();
    let Page { items, next_token, .. } = page;
    let program =
        |Installed { name, version, publisher }| pb::InstalledSoftware { name, version, publisher };
    pb::ListDeviceSoftwareResponse {
        software: items.into_iter().map(program).collect(),
        next_page_token: next_token,
        total_size,
        is_collected,
        report_time: reported_at.map(to_proto),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The agent counts alike.
    #[test]
    fn names_have_their_part() {
        let parts = ["bash", "curl", "libc6", "7-Zip"].map(part_of);
        assert!(parts.iter().all(|part| *part < PARTS));
        assert_eq!(parts, [12, 15, 8, 4]);
        let first = blake3::hash(b"bash").as_bytes()[0];
        assert_eq!(parts[0], usize::from(first & 0x0f));
    }
}
