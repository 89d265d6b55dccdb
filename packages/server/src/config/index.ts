/**
 * Config: the settings, read once, checked, frozen.
 *
 * Owns the settings file, the environment variables that stand before it, secrets kept in files of their own, the
 * defaults, and what is said when one is wrong. Nobody else reads `process.env`. Leaves to others: what they mean.
 *
 * Flow: file and variables -> one tree that remembers where each value came from -> secrets from files -> the schema
 * -> `Config`, or every problem at once.
 */
export { type Shades, shadesOf } from "./accent.ts";
export { parseClaimTemplate } from "./claim-template.ts";
export type {
	BrandingConfig,
	CaptchaConfig,
	Config,
	EmailConfig,
	LimitsConfig,
	RegistrationConfig,
	SecondFactorConfig,
	SessionsConfig,
	SynapseConfig,
	TokensConfig,
} from "./config.ts";
export type { Environment } from "./environment.ts";
export { parseSettingsFile } from "./file.ts";
export type { LdapConfig } from "./ldap.ts";
export type { Logo } from "./logo.ts";
export { type PasswordSchemeConfig, parsePasswordSchemes, passwordSchemesText } from "./password-schemes.ts";
export type { Clock, Random } from "./ports.ts";
export { type ConfigOutcome, loadConfig, readConfig } from "./read.ts";
export { settingsSchema } from "./settings.ts";
export { settingsTemplate } from "./template.ts";
export { hasManyTenants } from "./upstream.ts";
export type { UpstreamConfig } from "./upstream-config.ts";
