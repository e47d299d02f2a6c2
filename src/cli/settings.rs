//! Settings from the configuration file, the environment and the command line, the later over the earlier; and the
//! catalogue with the overlays that they name.

use super::args::{ColorWhen, Format, Global};
use super::failure::{Failure, Status, did_you_mean, why_unreadable};
use super::output::Output;
use clap::ValueEnum;
use feedfix::catalogue::finding::{Finding, Severity};
use feedfix::catalogue::{Catalogue, load};
use feedfix::diagnose::{Hint, provider_named};
use serde::Deserialize;
use std::fmt;
use std::path::{Path, PathBuf};

/// Where a setting was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Default,
    Config(PathBuf),
    Environment(&'static str),
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Config(path) => write!(f, "configuration file {}", path.display()),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::Flag(name) => write!(f, "option {name}"),
        }
    }
}

/// A value with where it was set.
#[derive(Clone, Debug)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    pub(crate) origin: Origin,
}

/// All settings of a run.
pub(crate) struct Settings {
    pub(crate) format: Setting<Format>,
    pub(crate) color: Setting<ColorWhen>,
    pub(crate) provider: Option<Setting<String>>,
    /// Overlays, the lowest first.
    pub(crate) catalogues: Vec<Setting<PathBuf>>,
    pub(crate) field: Option<String>,
    pub(crate) quiet: bool,
    pub(crate) verbose: bool,
}

/// The configuration file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Config {
    provider: Option<String>,
    format: Option<String>,
    color: Option<String>,
    catalogue: Option<Catalogues>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Catalogues {
    One(PathBuf),
    Many(Vec<PathBuf>),
}

/// The configuration file's place: `feedfix/config.toml` in the user's configuration folder.
fn config_path() -> Option<PathBuf> {
    let explicit = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    Some(explicit.or_else(dirs::config_dir)?.join("feedfix").join("config.toml"))
}

fn read_config(path: &Path) -> Result<Option<Config>, Failure> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            let message = format!("cannot read the configuration file {}: {error}", path.display());
            return Err(Failure::new(Status::Unreadable, "config-unreadable", message).help("--no-config goes without it"));
        }
    };
    toml::from_str(&text).map(Some).map_err(|error| {
        let message = format!("the configuration file {} is wrong: {}", path.display(), error.to_string().trim_end());
        Failure::usage("config-invalid", message).help("settings are: provider, format, color, catalogue; --no-config goes without it")
    })
}

fn environment(name: &'static str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A word of a fixed list, from the environment or the configuration.
fn choice<T: ValueEnum>(name: &str, value: &str) -> Result<T, Failure> {
    T::from_str(value, true).map_err(|_| {
        let words: Vec<String> = T::value_variants().iter().filter_map(|it| Some(it.to_possible_value()?.get_name().to_owned())).collect();
        Failure::usage("setting-invalid", format!("{name} is {value:?}, which is none of {}", words.join(", ")))
    })
}

impl Settings {
    pub(crate) fn of(global: &Global) -> Result<Self, Failure> {
        let path = if global.no_config { None } else { config_path() };
        let config = match &path {
            Some(path) => read_config(path)?.unwrap_or_default(),
            None => Config::default(),
        };
        let path = path.unwrap_or_default();
        let in_config = || Origin::Config(path.clone());
        let mut format = Setting { value: Format::default(), origin: Origin::Default };
        let mut color = Setting { value: ColorWhen::default(), origin: Origin::Default };
        if let Some(value) = &config.format {
            format = Setting { value: choice("format in the configuration file", value)?, origin: in_config() };
        }
        if let Some(value) = &config.color {
            color = Setting { value: choice("color in the configuration file", value)?, origin: in_config() };
        }
        if let Some(value) = environment("FEEDFIX_FORMAT") {
            format = Setting { value: choice("FEEDFIX_FORMAT", &value)?, origin: Origin::Environment("FEEDFIX_FORMAT") };
        }
        if environment("NO_COLOR").is_some() {
            color = Setting { value: ColorWhen::Never, origin: Origin::Environment("NO_COLOR") };
        } else if environment("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
            color = Setting { value: ColorWhen::Always, origin: Origin::Environment("CLICOLOR_FORCE") };
        }
        if let Some(value) = environment("FEEDFIX_COLOR") {
            color = Setting { value: choice("FEEDFIX_COLOR", &value)?, origin: Origin::Environment("FEEDFIX_COLOR") };
        }
        if let Some(value) = global.format {
            format = Setting { value, origin: Origin::Flag("--format") };
        }
        if let Some(value) = global.color {
            color = Setting { value, origin: Origin::Flag("--color") };
        }
        let configured = config.provider.map(|value| Setting { value, origin: in_config() });
        let from_environment =
            environment("FEEDFIX_PROVIDER").map(|value| Setting { value, origin: Origin::Environment("FEEDFIX_PROVIDER") });
        let from_flag = global.provider.clone().map(|value| Setting { value, origin: Origin::Flag("--provider") });
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        let in_file = match config.catalogue {
            None => Vec::new(),
            Some(Catalogues::One(path)) => vec![path],
            Some(Catalogues::Many(paths)) => paths,
        };
        // Paths in the configuration file are meant from where that file is.
        let mut catalogues: Vec<_> = in_file.into_iter().map(|path| Setting { value: folder.join(path), origin: in_config() }).collect();
        let listed = std::env::var_os("FEEDFIX_CATALOGUE").unwrap_or_default();
        let listed = std::env::split_paths(&listed).filter(|path| !path.as_os_str().is_empty());
        catalogues.extend(listed.map(|value| Setting { value, origin: Origin::Environment("FEEDFIX_CATALOGUE") }));
        catalogues.extend(global.catalogue.iter().map(|path| Setting { value: path.clone(), origin: Origin::Flag("--catalogue") }));
        Ok(Self {
            format,
            color,
            provider: from_flag.or(from_environment).or(configured),
            catalogues,
            field: global.field.clone(),
            quiet: global.quiet,
            verbose: global.verbose,
        })
    }

    /// With `--verbose`: what is not as it comes by default, and who said so.
    pub(crate) fn tell(&self, output: &Output) {
        let provider = self.provider.iter().map(|it| ("provider", it.value.clone(), &it.origin));
        let overlays = self.catalogues.iter().map(|it| ("catalogue", it.value.display().to_string(), &it.origin));
        for (name, value, origin) in provider.chain(overlays) {
            output.detail(&format!("{name} {value} ({origin})"));
        }
    }

    /// The catalogue with the overlays in force. Errors in one of them end the run; lint is for `catalogue check`.
    pub(crate) fn catalogue(&self) -> Result<Catalogue, Failure> {
        let paths: Vec<&Path> = self.catalogues.iter().map(|setting| setting.value.as_path()).collect();
        let (catalogue, findings) = with_overlays(&paths)?;
        let errors: Vec<String> = findings.iter().filter(|it| it.severity == Severity::Error).map(ToString::to_string).collect();
        if errors.is_empty() {
            return Ok(catalogue);
        }
        let help = "feedfix catalogue check says more";
        Err(Failure::new(Status::CatalogueInvalid, "catalogue-invalid", errors.join("\n")).help(help))
    }

    /// What was said of provider and product, with the provider's name resolved.
    pub(crate) fn hint(&self, catalogue: &Catalogue, product: Option<&str>) -> Result<Hint, Failure> {
        let mut hint = Hint { product: product.map(str::to_owned), ..Hint::default() };
        if let Some(setting) = &self.provider {
            let provider = provider_named(catalogue, &setting.value).map_err(|near| {
                let help = if near.is_empty() { "feedfix providers lists them".to_owned() } else { did_you_mean(&near) };
                Failure::usage("unknown-provider", format!("there is no provider {:?}", setting.value)).help(help)
            })?;
            match setting.origin {
                Origin::Flag(_) => hint.provider = provider.id,
                _ => hint.preferred = provider.id,
            }
        }
        if let Some(said) = product {
            product_known(catalogue, said, hint.provider.as_deref())?;
            if hint.provider.is_none() {
                let has = |provider: &&feedfix::catalogue::model::Provider| feedfix::diagnose::product(provider, said).is_some();
                // A product names its provider as surely as its name does.
                hint.preferred = catalogue.providers().iter().find(has).and_then(|provider| provider.id.clone()).or(hint.preferred);
            }
        }
        Ok(hint)
    }
}

/// Refuses a product that the provider (or any provider) does not have.
fn product_known(catalogue: &Catalogue, said: &str, provider: Option<&str>) -> Result<(), Failure> {
    let of = |id: &str| catalogue.provider(id).into_iter().collect::<Vec<_>>();
    let providers = provider.map_or_else(|| catalogue.providers(), of);
    if providers.iter().any(|provider| feedfix::diagnose::product(provider, said).is_some()) {
        return Ok(());
    }
    let names = providers.iter().flat_map(|provider| provider.product.iter().flatten()).map(|product| product.name.clone());
    let names: Vec<String> = names.collect();
    let help = if names.is_empty() { "no products are told apart there".to_owned() } else { format!("there are: {}", names.join(", ")) };
    Err(Failure::usage("unknown-product", format!("there is no product {said:?}")).help(help))
}

/// The built-in catalogue with overlays laid over it, the last on top, and what was found wrong with them.
pub(crate) fn with_overlays(paths: &[&Path]) -> Result<(Catalogue, Vec<Finding>), Failure> {
    let mut catalogue = feedfix::embedded();
    let mut findings = Vec::new();
    for path in paths {
        let unreadable = |path: &Path, error: &std::io::Error| {
            let message = format!("cannot read the catalogue {}: {}", path.display(), why_unreadable(error));
            Failure::new(Status::Unreadable, "catalogue-unreadable", message)
        };
        let mut files = Vec::new();
        for file in load::files_at(path).map_err(|error| unreadable(path, &error))? {
            let text = std::fs::read_to_string(&file).map_err(|error| unreadable(&file, &error))?;
            files.push(load::read(&file.display().to_string(), &text, &mut findings));
        }
        catalogue.add(files, &mut findings);
    }
    if !paths.is_empty() {
        findings.extend(feedfix::catalogue::check::check(&catalogue));
        findings.sort_by(|a, b| (&a.file, a.line, a.severity).cmp(&(&b.file, b.line, b.severity)));
    }
    Ok((catalogue, findings))
}
