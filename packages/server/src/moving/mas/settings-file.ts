import { passwordSchemesText } from "../../config/index.ts";
import { inside } from "../yaml-files.ts";
import { accountSettings, accountText } from "./account-settings.ts";
import type { MasSettings } from "./mas-yaml.ts";

interface SettingsFiles {
	/** `countersign.yaml`. */
	readonly settings: string;
	/** What it names, by the names it has there; each holds secrets. */
	readonly secrets: Readonly<Record<string, string>>;
	/** What became of every setting. */
	readonly account: string;
}

const schemesFile = "password-schemes.json";
const secretFile = "homeserver-secret";

/** Countersign's settings, from MAS's: what counted there counts here, as far as it exists. */
export function settingsFromMas(mas: MasSettings): SettingsFiles {
	const account = `${accountText(accountSettings(mas.tree))}${keysText(mas.keys.left)}`;
	const { host, port } = placeOf(mas);
	const proxies = inside(mas.tree, "http", "trusted_proxies");
	const text = (value: unknown) => JSON.stringify(value);
	const lines = [
		"# Settings of Countersign, from those of MAS. Print all there are, explained: npx countersign config generate",
		...(host === undefined ? [] : [`host: ${text(host)}`]),
		...(port === undefined ? [] : [`port: ${port}`]),
		"data: data",
		`public_base: ${text(mas.publicBase)}`,
		`server_name: ${text(mas.serverName)}`,
		`open_registration: ${whoRegisters(mas)}`,
		...(inside(mas.tree, "account", "login_with_email_allowed") === true ? ["sign_in_by_email: yes"] : []),
		`trusted_proxies: ${text(Array.isArray(proxies) ? proxies : usualProxies)}`,
		"homeserver:",
		`  synapse: ${text(mas.synapse)}`,
		`  secret_file: ${secretFile}`,
		"  # Where apps reach Synapse. Default: https://<server_name>/",
		`  # public_base: ${text(`https://${mas.serverName}/`)}`,
		...(mas.arePasswordsOff ? [] : ["passwords:", `  schemes_file: ${schemesFile}`]),
		"",
		"# What became of MAS's settings:",
		"#",
		...account
			.trimEnd()
			.split("\n")
			.map((line) => (line === "" ? "#" : `# ${line}`)),
	];
	return {
		settings: `${lines.join("\n")}\n`,
		secrets: {
			[secretFile]: `${mas.synapseSecret}\n`,
			...(mas.arePasswordsOff ? {} : { [schemesFile]: `${passwordSchemesText(mas.schemes)}\n` }),
		},
		account,
	};
}

/** MAS makes one of a kind that does not exist here for every server. */
function keysText(left: readonly string[]): string {
	return left.length === 0
		? ""
		: `\nKeys that are left, for they are neither RSA nor P-256 nor P-384 (id tokens are signed by ES256 where an app asked for theirs):\n  ${left.join(", ")}\n`;
}

/** Whom MAS trusts where nothing is set. */
const usualProxies = ["192.168.0.0/16", "172.16.0.0/12", "10.0.0.0/10", "127.0.0.0/8", "fd00::/8", "::1/128"];

/** A token is asked for here as there. Where MAS asks for anything else, nobody registers. */
function whoRegisters({ tree }: MasSettings): "yes" | "token" | "no" {
	const account = (name: string) => inside(tree, "account", name);
	const isOpen =
		account("password_registration_enabled") === true &&
		account("password_registration_email_required") === false &&
		(inside(tree, "captcha", "service") ?? null) === null &&
		(inside(tree, "branding", "tos_uri") ?? null) === null;
	if (!isOpen) return "no";
	const required = ["password_registration_token_required", "registration_token_required"].map(account);
	return required.includes(true) ? "token" : "yes";
}

interface Place {
	readonly host?: string;
	readonly port?: number;
}

/** Where MAS listens for people or apps. */
function placeOf({ tree }: MasSettings): Place {
	const listeners = inside(tree, "http", "listeners");
	if (!Array.isArray(listeners)) return { host: "::", port: 8080 };
	const names = (listener: unknown) => {
		const resources = inside(listener, "resources");
		return Array.isArray(resources) ? resources.map((each) => inside(each, "name")) : [];
	};
	const serving = listeners.filter((listener) =>
		names(listener).some((name) => name === "human" || name === "oauth"),
	);
	const places = serving.flatMap((listener) => {
		const binds = inside(listener, "binds");
		return (Array.isArray(binds) ? binds : []).flatMap((bind) => bindOf(bind) ?? []);
	});
	return places[0] ?? {};
}

function bindOf(bind: unknown): Place | undefined {
	const [address, host, port] = ["address", "host", "port"].map((name) => inside(bind, name));
	if (typeof port === "number") return { host: typeof host === "string" ? host : "::", port };
	if (typeof address !== "string") return undefined;
	const at = address.lastIndexOf(":");
	return { host: address.slice(0, at).replace(/^\[(.*)\]$/, "$1"), port: Number(address.slice(at + 1)) };
}
