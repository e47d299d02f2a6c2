//! `feedfix retry`: the exit status says whether to send the same request again, standard output when.

use super::Run;
use super::args::{Format, RetryArgs};
use super::asked::asked;
use super::failure::Status;
use feedfix::answer::WaitFrom;
use feedfix::catalogue::model::Policy;
use feedfix::retry::{Reason, Verdict, verdict};
use feedfix::text::duration;
use std::fmt::Write;

pub(crate) fn run(run: &mut Run, args: &RetryArgs) -> anyhow::Result<Status> {
    let catalogue = run.settings.catalogue()?;
    let hint = run.settings.hint(&catalogue, args.query.product.as_deref())?;
    let asked = asked(&catalogue, &args.query, &hint)?;
    let verdict = verdict(&asked.answer, &catalogue);
    let too_long = verdict.wait_s.zip(args.max_wait).is_some_and(|(wait, most)| wait > most);
    let status = match verdict.policy {
        Policy::Now | Policy::Later if too_long => Status::TooLong,
        Policy::Now | Policy::Later => Status::Answered,
        Policy::AfterFix => Status::AfterFix,
        Policy::Never => Status::Never,
        Policy::Unknown => Status::NoMatch,
    };
    if run.output.format() == Format::Json || run.output.wants_field() {
        run.output.record(&verdict)?;
    } else if let Some(wait) = verdict.wait_s {
        run.output.print(&format!("{wait}\n"))?;
    }
    run.output.note(&sentence(&verdict, too_long));
    Ok(status)
}

/// The verdict for whoever reads the log of the script that asked.
fn sentence(verdict: &Verdict, too_long: bool) -> String {
    let mut said = match verdict.policy {
        Policy::Now => "retry at once".to_owned(),
        Policy::Later => format!("retry after {}", duration(verdict.wait_s.unwrap_or(0))),
        Policy::AfterFix => "retry only after somebody acted".to_owned(),
        Policy::Never => "do not retry".to_owned(),
        Policy::Unknown => "not known whether to retry".to_owned(),
    };
    let from = match verdict.wait_from {
        Some(WaitFrom::Payload) => " (as the message says)",
        Some(WaitFrom::Default) => " (our default; no source says when)",
        Some(WaitFrom::Source) | None => "",
    };
    said.push_str(from);
    if too_long {
        said.push_str(", which is longer than --max-wait");
    }
    let percent = (verdict.confidence * 100.0).round();
    let why = match verdict.reason {
        Some(Reason::NoMatch) => Some("no error was recognised".to_owned()),
        Some(Reason::NotSure) => Some(format!("it is not sure enough which error this is ({percent}%); -p names the provider")),
        Some(Reason::UnknownCode) => Some("the catalogue lacks this code".to_owned()),
        Some(Reason::Payment) => Some("it moves money, and no source says that sending it twice is safe".to_owned()),
        None => None,
    };
    if let Some(why) = why {
        let _ = write!(said, ": {why}");
    }
    for by in verdict.by.iter().take(5) {
        let (provider, code) = (by.provider.as_deref().unwrap_or("?"), by.code.as_deref().unwrap_or("?"));
        let _ = write!(said, "\n  {provider}:{code}, {}: {}", by.policy.word(), by.title);
        if let Some(note) = &by.note {
            let _ = write!(said, ". {note}");
        }
    }
    said
}
