import { execFile } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { openssl } from "../../../../tools/requirements.ts";

const run = promisify(execFile);
const needed = openssl();

/** Skips where there is nothing to make certificates with; see `tools/requirements.ts`. */
export const needsCertificates = { skip: needed.skip };

/** A certificate authority of its own, in a folder, and certificates of it as a proxy wants them. */
export interface Certificates {
	/** Has `ca.pem`, `fullchain.pem` and `privkey.pem`. */
	readonly folder: string;
	/** Makes another certificate; a negative number of days is one that has ended. */
	issue(name: string, days: number): Promise<void>;
	/** Makes one that no authority has signed. */
	issueUnsigned(name: string): Promise<void>;
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

export async function createCertificates(): Promise<Certificates> {
	const folder = await mkdtemp(join(tmpdir(), "countersign-certificates-"));
	const command = needed.part();
	const openssl = (...args: readonly string[]) => run(command, args, { cwd: folder });
	const named = (name: string) => ["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`];
	const authority = ["-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=An authority", "-days", "3650"];
	await openssl("req", "-x509", ...newKey, ...authority);
	return {
		folder,
		async issue(name, days) {
			await openssl("req", ...newKey, "-keyout", "privkey.pem", "-out", "request", ...named(name));
			const signer = ["-CA", "ca.pem", "-CAkey", "ca.key", "-copy_extensions", "copy"];
			await openssl("x509", "-req", "-in", "request", ...signer, "-days", `${days}`, "-out", "fullchain.pem");
		},
		async issueUnsigned(name) {
			const files = ["-keyout", "privkey.pem", "-out", "fullchain.pem", "-days", "365"];
			await openssl("req", "-x509", ...newKey, ...files, ...named(name));
		},
	};
}
