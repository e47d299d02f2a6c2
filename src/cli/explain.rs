//! `feedfix explain`: what codes mean.

use super::Run;
use super::args::ExplainArgs;
use super::failure::{Failure, Status, did_you_mean};
use feedfix::catalogue::Catalogue;
use feedfix::diagnose::{Hint, code};
use std::mem::ManuallyDrop;

pub(crate) fn run(run: &mut Run, args: &ExplainArgs) -> anyhow::Result<Status> {
    // The process ends with the answer: taking apart what led to it would only make it later.
    let catalogue = ManuallyDrop::new(run.settings.catalogue()?);
    let hint = Hint { because: args.because.clone(), ..run.settings.hint(&catalogue, args.product.as_deref())? };
    let mut worst = Status::Answered;
    for (index, asked) in args.codes.iter().enumerate() {
        if index > 0 && run.output.format() != super::Format::Json && !run.output.wants_field() {
            run.output.print("\n")?;
        }
        let status = match one(run, &catalogue, asked, &hint) {
            // One that is unknown is named, and the rest is answered.
            Err(error) => match error.downcast_ref::<Failure>().filter(|failure| args.codes.len() > 1 && failure.status == Status::NoMatch)
            {
                Some(failure) => {
                    run.output.complain(failure);
                    failure.status
                }
                None => return Err(error),
            },
            Ok(status) => status,
        };
        worst = worst.max(status);
    }
    Ok(worst)
}

/// Explains one code; an unknown one gets the nearest spellings.
pub(crate) fn one(run: &Run, catalogue: &Catalogue, asked: &str, hint: &Hint) -> anyhow::Result<Status> {
    conflict(catalogue, asked, hint)?;
    let answer = ManuallyDrop::new(code::explain(catalogue, asked, hint));
    let known = answer.as_ref().is_some_and(|answer| answer.diagnoses.iter().any(|it| it.known));
    if !known {
        let whose = hint.provider.as_ref().map(|provider| format!(" of {provider}")).unwrap_or_default();
        let message = format!("the catalogue has no code {asked:?}{whose}");
        let near = did_you_mean(&proposals(catalogue, asked, hint));
        let help =
            if near.is_empty() { "feedfix list shows all codes, feedfix diagnose takes words and payloads".to_owned() } else { near };
        let Some(answer) = &*answer else {
            return Err(Failure::new(Status::NoMatch, "unknown-code", message).help(help).into());
        };
        run.output.note(&format!("{message}; {help}"));
        return run.output.answer(answer);
    }
    match &*answer {
        Some(answer) => run.output.answer(answer),
        None => Ok(Status::NoMatch),
    }
}

/// What may have been meant: codes of like spelling; the very code elsewhere, where the provider named lacks it.
fn proposals(catalogue: &Catalogue, asked: &str, hint: &Hint) -> Vec<String> {
    let near = code::near(catalogue, asked, hint);
    if !near.is_empty() || hint.provider.is_none() {
        return near;
    }
    let anywhere = Hint { provider: None, ..hint.clone() };
    let heads = code::meanings(catalogue, asked, &anywhere).1.into_iter().filter_map(|(id, _)| catalogue.head(id));
    heads.map(|head| head.reference()).take(3).collect()
}

/// `-p mx plaid:NO_ACCOUNTS` names two providers: neither is dropped silently.
pub(super) fn conflict(catalogue: &Catalogue, asked: &str, hint: &Hint) -> Result<(), Failure> {
    let Some(flag) = &hint.provider else {
        return Ok(());
    };
    let prefix = asked.split_once(':').map(|(prefix, _)| prefix.trim());
    match prefix.filter(|prefix| catalogue.provider(prefix).is_some() && prefix != flag) {
        Some(prefix) if code::meanings(catalogue, asked, hint).1.is_empty() => {
            Err(Failure::usage("two-providers", format!("{asked:?} names {prefix}, and --provider {flag}")).help("drop one of them"))
        }
        _ => Ok(()),
    }
}
