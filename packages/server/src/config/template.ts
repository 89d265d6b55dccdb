import { z } from "zod";
import { settings } from "./settings.ts";

/** A settings file in which everything is explained and nothing is set: what is uncommented replaces a default. */
export function settingsTemplate(): string {
	const head = [
		"# Settings of Countersign. Everything has a default: take away a # to set something else.",
		"# Environment variables stand before this file: log.level is COUNTERSIGN_LOG_LEVEL.",
	];
	return `${[...head, ...linesOf(settings, "")].join("\n")}\n`;
}

/** What stands behind the colon when a line is uncommented as it is. */
const examples: Readonly<Record<string, string>> = {
	host: "127.0.0.1",
	port: "8008",
	data: "data",
	database: "sqlite",
	database_file: "/etc/countersign/database",
	public_base: "https://account.example.org/",
	server_name: "example.org",
	open_registration: "no",
	sign_in_by_email: "yes",
	step_up: "no",
	"registration.terms": "https://example.org/terms",
	"registration.terms_version": "2026-11",
	"registration.email_required": "yes",
	"registration.official_names": "[admin, support, security]",
	"reset.delay_hours": "24",
	"second_factor.demanded_of": "admins",
	"second_factor.grace_days": "14",
	"sessions.access_minutes": "5",
	"sessions.idle_days": "90",
	"sessions.days_at_most": "365",
	"sessions.devices_at_most": "20",
	"sessions.devices_per_app": "5",
	"sessions.when_full": "longest_unused",
	"clients.allowed": "[element.io]",
	"limits.sign_ins_begun": "120",
	"limits.apps_registered": "60",
	"limits.devices_asking": "60",
	"limits.accounts_made": "300",
	"limits.passwords_tried": "60",
	"limits.older_logins": "120",
	"tokens.days_at_most": "365",
	"tokens.without_end": "no",
	undo_days: "7",
	trusted_proxies: "[127.0.0.1]",
	"homeserver.synapse": "http://127.0.0.1:8018/",
	"homeserver.secret": "a-secret-of-16-characters-or-more",
	"homeserver.secret_file": "/etc/countersign/homeserver-secret",
	"homeserver.public_base": "https://matrix.example.org/",
	"homeserver.guard": "yes",
	"operator.contact": "https://example.org/help",
	"operator.name": "Example Society",
	"operator.logo": "logo.png",
	"operator.accent": '"#0f5c4d"',
	"operator.privacy": "https://example.org/privacy",
	"captcha.kind": "turnstile",
	"captcha.site_key": "0x4AAAAAAA-your-site-key",
	"captcha.secret": "the-secret-key-of-that-site",
	"captcha.secret_file": "/etc/countersign/captcha-secret",
	"email.host": "mail.example.org",
	"email.port": "587",
	"email.security": "starttls",
	"email.username": "accounts@example.org",
	"email.password": "the-password-of-that-user",
	"email.password_file": "/etc/countersign/mail-password",
	"email.from": "Accounts of example.org <accounts@example.org>",
	"email.reply_to": "help@example.org",
	"ldap.url": "ldaps://ldap.example.org",
	"ldap.starttls": "no",
	"ldap.ca": '"-----BEGIN CERTIFICATE----- and what follows"',
	"ldap.ca_file": "/etc/countersign/ldap-ca.pem",
	"ldap.bind_dn": "cn=countersign,dc=example,dc=org",
	"ldap.bind_password": "the-password-of-that-one",
	"ldap.bind_password_file": "/etc/countersign/ldap-password",
	"ldap.base": "ou=people,dc=example,dc=org",
	"ldap.filter": "(uid={username})",
	"ldap.required_filter": "(memberOf=cn=matrix,ou=groups,dc=example,dc=org)",
	"ldap.id_attribute": "entryUUID",
	"ldap.name_attribute": "uid",
	"ldap.display_name_attribute": "displayName",
	"ldap.email_attribute": "mail",
	"ldap.new_accounts": "yes",
	"ldap.timeout_seconds": "5",
	upstream:
		"{company: {issuer: https://id.example.org, client_id: matrix, client_secret: the-secret-of-that-client}}",
	"passwords.pepper": "the-pepper-of-synapse",
	"passwords.pepper_file": "/etc/countersign/password-pepper",
	"passwords.schemes": '\'[{"version": 1, "algorithm": "argon2id"}]\'',
	"passwords.schemes_file": "/etc/countersign/password-schemes.json",
	"log.level": "info",
	"metrics.allow": "[127.0.0.1]",
};

function linesOf(type: z.ZodObject, group: string): readonly string[] {
	const indent = group === "" ? "" : "  ";
	return Object.entries(type.shape).flatMap(([name, member]) => {
		const inner = member instanceof z.ZodOptional ? member.unwrap() : member;
		if (inner instanceof z.ZodObject) return ["", `# ${name}:`, ...linesOf(inner, `${name}.`)];
		const about = inner instanceof z.ZodType ? inner.meta()?.description : undefined;
		return ["", `# ${indent}# ${about}`, `# ${indent}${name}: ${examples[`${group}${name}`]}`];
	});
}
