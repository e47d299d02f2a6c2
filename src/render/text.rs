//! The answer for a person at a terminal: wrapped to its width, readable without colour.

use super::wording;
use crate::answer::{Answer, Diagnosis, DiagnosisKind, InputKind, Step};
use crate::catalogue::model::Trust;
use crate::text::duration;
use colored::{ColoredString, Colorize};
use std::fmt::Write;
use unicode_width::UnicodeWidthStr;

/// The width that text is laid out for where none is known, and the widest that is good to read.
pub const WIDTH: usize = 80;
const WIDEST: usize = 110;
const LABEL: usize = 18;
/// The bytes that most pages keep within.
const TYPICAL: usize = 16 << 10;

/// The answer as text, `width` columns wide.
#[must_use]
pub fn answer(answer: &Answer, width: usize) -> String {
    let mut page = Page::new(width);
    let Some(first) = answer.diagnoses.first() else {
        page.line("No match.", |text| text.bold());
        page.ask(answer);
        return page.out;
    };
    if answer.confidence() < crate::diagnose::SURE {
        page.line("No good match. These are guesses:", |text| text.bold());
        page.blank();
    }
    page.diagnosis(first);
    page.others(answer);
    page.ask(answer);
    for note in &answer.input.notes {
        page.blank();
        page.paragraph(note, 0);
    }
    page.out
}

pub(super) struct Page {
    pub(super) out: String,
    width: usize,
    colours: bool,
}

impl Page {
    pub(super) fn new(width: usize) -> Self {
        let colours = colored::control::SHOULD_COLORIZE.should_colorize();
        Self { out: String::with_capacity(TYPICAL), width: width.clamp(40, WIDEST), colours }
    }

    pub(super) fn blank(&mut self) {
        self.out.push('\n');
    }

    /// Lines with a hanging indent; colours are put on after wrapping, since wrapping counts columns.
    pub(super) fn wrapped(&mut self, first: &str, rest: &str, text: &str, style: impl Fn(&str) -> ColoredString) {
        let flat;
        let text = if text.contains('\n') {
            flat = text.replace('\n', " ");
            flat.as_str()
        } else {
            text
        };
        let widths = (self.width.saturating_sub(first.width()), self.width.saturating_sub(rest.width()));
        for (index, line) in lines(text, widths).into_iter().enumerate() {
            self.out.push_str(if index == 0 { first } else { rest });
            if self.colours {
                let _ = write!(self.out, "{}", style(line));
            } else {
                self.out.push_str(line);
            }
            self.out.push('\n');
        }
    }

    pub(super) fn line(&mut self, text: &str, style: impl Fn(&str) -> ColoredString) {
        self.wrapped("", "", text, style);
    }

    pub(super) fn paragraph(&mut self, text: &str, indent: usize) {
        let indent = " ".repeat(indent);
        self.wrapped(&indent, &indent, text, plain);
    }

    pub(super) fn heading(&mut self, text: &str) {
        self.blank();
        let _ = writeln!(self.out, "{}", text.bold());
    }

    /// A label and its text, the text in a column of its own.
    pub(super) fn labelled(&mut self, label: &str, text: &str) {
        let indent = " ".repeat(2 + LABEL);
        let mut body = Page { out: String::new(), ..*self };
        body.wrapped(&indent, &indent, text, plain);
        let _ = write!(self.out, "  {}{}", format!("{label:<LABEL$}").dimmed(), body.out.trim_start_matches(' '));
    }

    pub(super) fn bullets(&mut self, heading: &str, items: &[String]) {
        if items.is_empty() {
            return;
        }
        self.heading(heading);
        for item in items {
            self.wrapped("  - ", "    ", item, plain);
        }
    }

    fn diagnosis(&mut self, it: &Diagnosis) {
        let provider = it.provider_name.as_deref().map(|name| format!("{name} · ")).unwrap_or_default();
        let code = wording::code(it);
        self.line(&format!("{provider}{code} · {}", it.title), |text| text.bold());
        self.evidence(it);
        self.blank();
        self.glance(it);
        self.heading("What it means");
        self.paragraph(&it.meaning, 2);
        for variant in &it.variants {
            let scope = wording::scope(&variant.products, &variant.institutions).unwrap_or_default();
            self.paragraph(&format!("{scope}: {}", variant.note), 2);
        }
        if let Some(sentence) = &it.tell_user {
            self.heading("To send to the user");
            self.paragraph(&format!("“{sentence}”"), 2);
        }
        self.causes(it);
        self.steps(it);
        self.bullets("Meanwhile", &it.meanwhile);
        self.bullets("Afterwards", &it.afterwards);
        self.escalate(it);
        self.bullets("To prevent it", &it.prevent);
        self.neighbours(it);
        self.published(it);
        self.sources(it);
    }

    pub(super) fn evidence(&mut self, it: &Diagnosis) {
        self.line(&wording::certainty(it), |text| text.dimmed());
        if !it.known {
            self.line("This code is not in the catalogue: what follows is general advice.", |text| text.yellow());
        }
        if let Some(why) = &it.retired {
            self.line(&wording::retired(why, it.now.as_deref()), |text| text.yellow());
        }
    }

    fn glance(&mut self, it: &Diagnosis) {
        self.labelled("who must act", wording::who(it));
        let mut retry = wording::retry(&it.retry);
        if let Some(note) = &it.retry.note {
            let _ = write!(retry, ": {note}");
        }
        self.labelled("does a retry help", &retry);
        if let Some(data) = &it.data_access {
            self.labelled("data meanwhile", data);
        }
        self.labelled("kind of trouble", it.category.word());
        if let Some(page) = &it.status_page {
            self.labelled("only me?", page);
        }
        if !it.products.is_empty() {
            self.labelled("occurs in", &it.products.join(", "));
        }
    }

    fn causes(&mut self, it: &Diagnosis) {
        if it.causes.is_empty() {
            return;
        }
        self.heading(if it.general { "Likely causes, in general" } else { "Likely causes" });
        for cause in &it.causes {
            let scope = wording::scope(&cause.products, &cause.institutions).map(|scope| format!(" ({scope})")).unwrap_or_default();
            let because = cause.because.as_ref().map(|words| format!(" [you said: {words}]")).unwrap_or_default();
            let label = format!("  {:<8}", cause.likelihood.word());
            let indent = " ".repeat(label.len());
            let mut body = Page { out: String::new(), ..*self };
            body.wrapped(&indent, &indent, &format!("{}{scope}{because}", cause.text), plain);
            let _ = write!(self.out, "{}{}", label.dimmed(), body.out.trim_start_matches(' '));
        }
    }

    fn steps(&mut self, it: &Diagnosis) {
        if it.steps.is_empty() {
            return;
        }
        self.heading(if it.general { "What to do, in general for this kind of trouble" } else { "What to do, in this order" });
        let mut before: Option<&Step> = None;
        for step in &it.steps {
            self.alternative(step, before);
            self.step(step);
            before = Some(step);
        }
    }

    /// Where a choice or one of its alternatives begins, its label.
    fn alternative(&mut self, step: &Step, before: Option<&Step>) {
        let Some(alternative) = &step.alternative else {
            return;
        };
        let last = before.and_then(|step| step.alternative.as_ref());
        if last.is_none_or(|last| last.choice != alternative.choice) {
            self.wrapped("  ", "  ", "One of these, as it fits:", |text| text.bold());
        }
        if last != Some(alternative) {
            self.wrapped("  * ", "    ", &alternative.label, |text| text.bold());
        }
    }

    pub(super) fn step(&mut self, step: &Step) {
        let shift = if step.alternative.is_some() { "  " } else { "" };
        let number = format!("{shift}{:>4}. ", step.n);
        let indent = " ".repeat(number.chars().count());
        let labelled_by_product = step.alternative.as_ref().is_some_and(|it| step.products.contains(&it.label));
        let products: &[String] = if labelled_by_product { &[] } else { &step.products };
        let scope = wording::scope(products, &step.institutions).map(|scope| format!("{scope}: ")).unwrap_or_default();
        self.wrapped(&number, &indent, &format!("{scope}{}", step.text), |text| text.bold());
        let at = format!("{} · {}", wording::actor(step.who), wording::place(step.r#where));
        self.wrapped(&indent, &indent, &at, |text| text.dimmed());
        let inner = format!("{indent}  ");
        for substep in &step.substeps {
            self.wrapped(&format!("{indent}- "), &inner, substep, plain);
        }
        if let Some(doubt) = &step.doubt {
            self.wrapped(&format!("{indent}? "), &inner, &format!("Doubtful: {doubt}"), |text| text.yellow());
        }
        if let Some(caution) = &step.caution {
            let undo = if step.undoable { "" } else { " It cannot be undone." };
            self.wrapped(&format!("{indent}! "), &inner, &format!("Careful: {caution}{undo}"), |text| text.yellow());
        }
        if let Some(expect) = &step.expect {
            self.wrapped(&format!("{indent}= "), &inner, &format!("When it worked: {expect}"), |text| text.green());
        }
        if let Some(stop) = &step.stop {
            self.wrapped(&format!("{indent}x "), &inner, stop, |text| text.red());
        }
        match (step.wait_s, step.then_sync) {
            (Some(wait), true) => {
                self.wrapped(&format!("{indent}> "), &inner, &format!("Wait {}, then try one sync.", duration(wait)), |text| text.cyan())
            }
            (Some(wait), false) => {
                self.wrapped(&format!("{indent}> "), &inner, &format!("Wait {} before going on.", duration(wait)), |text| text.cyan())
            }
            (None, true) => self.wrapped(&format!("{indent}> "), &inner, "Now try one sync; if it works, stop here.", |text| text.cyan()),
            (None, false) => {}
        }
    }

    fn escalate(&mut self, it: &Diagnosis) {
        let Some(escalate) = &it.escalate else { return };
        self.heading("If nothing helped");
        self.paragraph(&escalate.to, 2);
        if !escalate.bring.is_empty() {
            self.paragraph("Have at hand:", 2);
            for item in &escalate.bring {
                self.wrapped("  - ", "    ", item, plain);
            }
        }
        for found in &escalate.found {
            self.wrapped("  - ", "    ", &format!("here: {}", wording::evidence(found)), plain);
        }
    }

    fn neighbours(&mut self, it: &Diagnosis) {
        if !it.related.is_empty() {
            self.heading("Related codes");
            self.paragraph(&it.related.join(", "), 2);
        }
    }

    fn published(&mut self, it: &Diagnosis) {
        let published = &it.as_published;
        let rows = [
            ("HTTP status", published.http_status.map(|status| status.to_string())),
            ("remedy class", published.remediation_category.clone()),
            ("retry by user", published.retriable_by_user.clone()),
            ("alert", published.alert.clone()),
        ];
        let messages = published.messages.iter().map(|text| ("message", text));
        let shown = published.user_messages.iter().map(|text| ("shown to users", text));
        if rows.iter().all(|(_, value)| value.is_none()) && published.messages.is_empty() && published.user_messages.is_empty() {
            return;
        }
        self.heading("As published");
        for (label, value) in rows {
            if let Some(value) = value {
                self.labelled(label, &value);
            }
        }
        for (label, text) in messages.chain(shown) {
            self.labelled(label, text);
        }
    }

    fn sources(&mut self, it: &Diagnosis) {
        if it.sources.is_empty() && it.origins.is_empty() {
            return;
        }
        self.heading(&format!("Sources ({})", wording::trust(it.trust)));
        for source in &it.sources {
            let official = if wording::is_third_party(source) { " [third party]" } else { "" };
            let read = source.read.as_ref().map(|read| format!(", {read}")).unwrap_or_default();
            self.wrapped("  - ", "    ", &format!("{}{read}{official}", source.title), plain);
            if let Some(url) = &source.url {
                // Not wrapped: a link that is broken over two lines cannot be followed.
                let _ = writeln!(self.out, "    {}", url.dimmed());
            }
        }
        if !it.inferred.is_empty() && it.trust != Trust::Inferred {
            self.paragraph(&format!("Inferred, not in the sources: {}.", it.inferred.join(", ")), 2);
        }
        for origin in &it.origins {
            self.paragraph(&format!("From {origin}"), 2);
        }
    }

    /// The other meanings of the same input, a line each.
    fn others(&mut self, answer: &Answer) {
        let others = &answer.diagnoses[1..];
        if others.is_empty() {
            return;
        }
        let heading = match answer.input.kind {
            InputKind::Code => "The same code elsewhere",
            InputKind::Text => "Or else",
            InputKind::Payload | InputKind::Log => "Also in it",
        };
        self.heading(heading);
        for other in others.iter().take(12) {
            let name = if other.kind == DiagnosisKind::General { other.category.word().to_owned() } else { wording::reference(other) };
            self.wrapped("  - ", "    ", &format!("{name}: {}", other.title), plain);
        }
        if others.len() > 12 {
            self.paragraph(&format!("and {} more; -p names the provider that is meant.", others.len() - 12), 2);
        } else if answer.input.kind == InputKind::Code {
            self.paragraph("Another one is meant? Name it: feedfix explain provider:code", 2);
        }
    }

    fn ask(&mut self, answer: &Answer) {
        if let Some(ask) = &answer.ask {
            self.blank();
            self.line(&ask.text, |text| text.bold());
            for option in &ask.options {
                self.wrapped("  - ", "    ", option, plain);
            }
        }
    }
}

/// A text in lines of a width (the first may have another). Words are never broken: a code or an address that is cannot be
/// copied. Own lines of ten rather than a library's, since wrapping was half of the whole run's instructions.
fn lines(text: &str, (first, rest): (usize, usize)) -> Vec<&str> {
    let mut lines = Vec::new();
    let (mut start, mut end, mut width) = (0, 0, 0);
    let plain = text.is_ascii();
    for word in text.as_bytes().split(|byte| *byte == b' ').filter(|word| !word.is_empty()) {
        let at = word.as_ptr() as usize - text.as_ptr() as usize;
        let length = if plain { word.len() } else { text[at..at + word.len()].width() };
        let room = if lines.is_empty() { first } else { rest };
        if width > 0 && width + 1 + length > room {
            lines.push(&text[start..end]);
            (start, width) = (at, length);
        } else if width == 0 {
            (start, width) = (at, length);
        } else {
            width += at - end + length;
        }
        end = at + word.len();
    }
    lines.push(&text[start..end]);
    lines
}

pub(super) fn plain(text: &str) -> ColoredString {
    text.normal()
}
