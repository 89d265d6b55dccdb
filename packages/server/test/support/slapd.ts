/** A real directory (OpenLDAP) on a port of 127.0.0.1, in a folder of its own, gone with the test. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Attribute, Change, Client } from "ldapts";
import { slapd } from "../../../../tools/requirements.ts";
import type { LdapConfig } from "../../src/config/index.ts";
import { startBound, untilReady } from "./bound-process.ts";
import { lastingPort } from "./lasting-port.ts";

const needed = slapd();

/** Skips where there is no directory; see `tools/requirements.ts`. */
export const needsSlapd = { skip: needed.skip };

const base = "dc=example,dc=org";
const people = `ou=people,${base}`;
const service = `cn=countersign,${base}`;
const few = `cn=few,${base}`;
const staff = `cn=staff,ou=groups,${base}`;
const rootPassword = "the root's secret";
const servicePassword = "the service's secret";

/** Another service that may look, to which one entry of each search is shown at the most. */
export const shownOne = { dn: few, password: servicePassword };

export interface TestDirectory {
	readonly port: number;
	/** For the server under test. */
	config(instead?: Partial<LdapConfig>): LdapConfig;
	/** Adds somebody with this name and password. Returns their DN. */
	add(
		uid: string,
		password: string,
		more?: Readonly<Record<string, string | string[] | Buffer>>,
	): Promise<string>;
	remove(uid: string): Promise<void>;
	rename(uid: string, to: string): Promise<void>;
	setPassword(uid: string, password: string): Promise<void>;
	/** Puts these, and nobody else, into the group `staff`. */
	setStaff(...uids: readonly string[]): Promise<void>;
	/** A reference to another server. */
	addReferral(name: string, url: string): Promise<void>;
	entryUuid(uid: string): Promise<string>;
	/** It stops to answer, and still takes connections. */
	hang(): void;
	goOn(): void;
	stop(): Promise<void>;
	start(): Promise<void>;
	readonly staff: string;
	readonly base: string;
	[Symbol.asyncDispose](): Promise<void>;
}

const run = promisify(execFile);

/**
 * It also has the id that entries of Active Directory have, for the class `user`.
 * @param certificates a folder with `ca.pem`, `fullchain.pem` and `privkey.pem`; default: it speaks no TLS.
 */
export async function startSlapd(certificates?: string): Promise<TestDirectory> {
	const folder = mkdtempSync(join(tmpdir(), "countersign-slapd-"));
	const port = await lastingPort();
	const securePort = await lastingPort();
	mkdirSync(join(folder, "data"));
	const settings = join(folder, "slapd.conf");
	const modules = needed.part().modules;
	writeFileSync(settings, settingsOf(folder, modules, certificates));
	writeFileSync(join(folder, "first.ldif"), firstEntries);
	await run(needed.part().slapadd, ["-f", settings, "-l", join(folder, "first.ldif")]);
	const log = join(folder, "log");
	const urls = `ldap://127.0.0.1:${port}/${certificates === undefined ? "" : ` ldaps://127.0.0.1:${securePort}/`}`;
	const launch = async () => {
		const started = startBound({
			...{ command: needed.part().slapd, folder, log },
			args: ["-d", "0", "-f", settings, "-h", urls],
		});
		await untilReady(started, { name: "slapd", log, isReady: () => answers(port) });
		return started;
	};
	let running = await launch();
	const asRoot = async <T>(work: (client: Client) => Promise<T>): Promise<T> => {
		const client = new Client({ url: `ldap://127.0.0.1:${port}`, timeout: 5_000 });
		try {
			await client.bind(`cn=root,${base}`, rootPassword);
			return await work(client);
		} finally {
			await client.unbind();
		}
	};
	const dnOf = (uid: string) => `uid=${uid},${people}`;
	const replace = (dn: string, type: string, values: string[]) =>
		asRoot((client) =>
			client.modify(dn, new Change({ operation: "replace", modification: new Attribute({ type, values }) })),
		);
	const stop = async () => {
		running.signal("SIGCONT");
		running.signal("SIGTERM");
		await running.ended;
	};
	return {
		...{ port, staff, base },
		config: (instead = {}) => ({
			...{ url: `ldap://127.0.0.1:${port}`, starttls: false, base: people, filter: "(uid={username})" },
			bind: { dn: service, password: servicePassword },
			...{ idAttribute: "entryUUID", nameAttribute: "uid", newAccounts: true, timeoutMs: 2_000 },
			...instead,
			...(instead.url === "ldaps" && { url: `ldaps://127.0.0.1:${securePort}` }),
		}),
		async add(uid, password, more = {}) {
			const entry = { objectClass: "inetOrgPerson", uid, cn: uid, sn: uid, userPassword: password, ...more };
			const attributes = Object.entries(entry).map(([type, value]) => {
				// Of one kind, which is what the library's type asks for.
				const values = Buffer.isBuffer(value) ? [value] : [value].flat();
				return new Attribute({ type, values });
			});
			await asRoot((client) => client.add(dnOf(uid), attributes));
			return dnOf(uid);
		},
		remove: (uid) => asRoot((client) => client.del(dnOf(uid))),
		rename: (uid, to) => asRoot((client) => client.modifyDN(dnOf(uid), `uid=${to}`)),
		setPassword: (uid, password) => replace(dnOf(uid), "userPassword", [password]),
		setStaff: (...uids) => replace(staff, "member", uids.length === 0 ? [service] : uids.map(dnOf)),
		addReferral: (name, url) =>
			asRoot((client) =>
				client.add(`ou=${name},${people}`, {
					objectClass: ["referral", "extensibleObject"],
					ou: name,
					ref: url,
				}),
			),
		entryUuid: (uid) =>
			asRoot(async (client) => {
				const found = await client.search(dnOf(uid), { scope: "base", attributes: ["entryUUID"] });
				return String(found.searchEntries[0]?.entryUUID);
			}),
		hang: () => running.signal("SIGSTOP"),
		goOn: () => running.signal("SIGCONT"),
		stop,
		async start() {
			running = await launch();
		},
		async [Symbol.asyncDispose]() {
			if (running.isRunning()) await stop();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

function settingsOf(folder: string, modules: string, certificates: string | undefined): string {
	const tls =
		certificates === undefined
			? ""
			: `TLSCertificateFile ${certificates}/fullchain.pem\nTLSCertificateKeyFile ${certificates}/privkey.pem\n`;
	return `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
attributetype ( 1.2.840.113556.1.4.2 NAME 'objectGUID' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
objectclass ( 1.2.840.113556.1.5.9 NAME 'user' SUP top AUXILIARY MAY objectGUID )
pidfile ${folder}/pid
modulepath ${modules}
moduleload back_mdb
moduleload memberof
allow bind_anon_cred bind_anon_dn
${tls}
database mdb
suffix "${base}"
rootdn "cn=root,${base}"
rootpw ${JSON.stringify(rootPassword)}
directory ${folder}/data
index uid eq
index entryUUID eq
overlay memberof
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="${service}" read by dn.exact="${few}" read by * none
limits dn.exact="${few}" size=1
`;
}

/** As `ldif`: the parts of the tree, the service that searches, and a group of nobody else. */
const firstEntries = `dn: ${base}
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: ${people}
objectClass: organizationalUnit
ou: people

dn: ou=groups,${base}
objectClass: organizationalUnit
ou: groups

dn: ${service}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: countersign
userPassword: ${servicePassword}

dn: ${few}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: few
userPassword: ${servicePassword}

dn: ${staff}
objectClass: groupOfNames
cn: staff
member: ${service}
`;

async function answers(port: number): Promise<boolean> {
	const { promise, resolve } = Promise.withResolvers<boolean>();
	const socket = connect(port, "127.0.0.1");
	socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
	const answer = await promise;
	socket.destroy();
	return answer;
}
