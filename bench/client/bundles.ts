import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { bundle, bundler } from "../../tools/pack/page.ts";

const client = join(import.meta.dirname, "../../packages/client/src/index.ts");

/** What an app imports, and the names of it. */
const uses: readonly (readonly [what: string, names: string])[] = [
	["one function", "createState"],
	["an upload with an approval", "uploadWithApproval, approvalFromPopup"],
	[
		"a sign-in from a page",
		"discoverHomeserver, startLoginByRedirect, finishLoginByRedirect, createTokenHolder",
	],
	["a reset with matrix-js-sdk", "safeResetEncryption, indexedDbPendingStore"],
	[
		"a reset, status and restoring, with the crypto machine",
		"prepareIdentityReset, resumeIdentityReset, identityStatus, restoreIdentity, wasmCrypto, indexedDbPendingStore",
	],
	["everything", "*"],
];

/** Bytes in an application's bundle, minified. */
export async function bundleSizes(directory: string): Promise<string> {
	if (bundler.skip !== false) return `no bundles: ${bundler.skip}\n`;
	const rows = ["in a bundle, minified: bytes, gzipped"];
	for (const [index, [what, names]] of uses.entries()) {
		const entry = join(directory, `use-${index}.ts`);
		const imported = names === "*" ? "* as used" : `{ ${names} }`;
		const used = names === "*" ? "used" : `[${names}]`;
		await writeFile(entry, `import ${imported} from ${JSON.stringify(client)};\nconsole.log(${used});\n`);
		const script = await bundle(entry);
		rows.push(`  ${what}: ${script.length}, ${gzipSync(script).byteLength}`);
	}
	return `${rows.join("\n")}\n`;
}
