import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Told } from "./events.ts";
import { reportInJson, reportToPeople } from "./index.ts";
import { screenCode } from "./screen-code.ts";

const approve: Told = {
	event: "approve",
	url: "https://example.org/account/reset/s3cret",
	fingerprint: "aaaa bbbb",
	until: undefined,
	isInPlace: false,
	isAtKnownHost: undefined,
};
const code: Told = {
	...{
		event: "enter-code",
		url: "https://example.org/link",
		urlComplete: "https://example.org/link?code=ABCD",
	},
	...{ userCode: "ABCD", expiresAt: 0 },
};

describe("lines of JSON", () => {
	const linesOf = (showUrl: boolean, ...all: readonly Told[]) => {
		const lines: string[] = [];
		const report = reportInJson((text) => lines.push(text), { showUrl });
		for (const told of all) report.tell(told);
		return lines;
	};

	test("name no page and no code unless that was asked for", () => {
		assert.deepEqual(linesOf(false, approve, code), [
			'{"event":"approve","fingerprint":"aaaa bbbb","isInPlace":false}\n',
			'{"event":"enter-code","expiresAt":0}\n',
		]);
		assert.match(linesOf(true, approve).join(), /s3cret/);
		assert.match(linesOf(true, code).join(), /"userCode":"ABCD"/);
	});

	test("never hold a recovery key", () => {
		assert.throws(() => linesOf(true, { event: "recovery-key", recoveryKey: "EsT" }), TypeError);
	});
});

describe("what people read", () => {
	const screen = (showsMotion: boolean, columns = 80) => {
		const said = { out: "", complaint: "" };
		const report = reportToPeople({
			out: (text) => {
				said.out += text;
			},
			complain: (text) => {
				said.complaint += text;
			},
			showsMotion,
			isTerminal: showsMotion,
			columns: () => columns,
		});
		return { said, report };
	};

	test("is plain lines where nobody sits: no drawing, no colours, no QR code", () => {
		const { said, report } = screen(false);
		report.tell({ event: "step", step: "upload" });
		report.tell(approve);
		report.tell({ event: "done", what: "reset" });
		report.close();
		for (const drawn of ["\x1b", "\r", "█", "▀", "▄"]) assert.ok(!said.out.includes(drawn));
		assert.match(said.out, /^ {2}Publishing the new keys…\n/);
		assert.match(said.out, /\n {2}https:\/\/example\.org\/account\/reset\/s3cret\n/);
		assert.match(said.out, /\n {2}aaaa bbbb\n/);
	});

	test("draws steps over each other, marks what is done, and shows a QR code of the page", () => {
		const { said, report } = screen(true);
		report.tell({ event: "step", step: "upload" });
		report.tell(approve);
		report.tell({ event: "step", step: "import" });
		report.tell({ event: "step", step: "sign-device" });
		report.close();
		assert.ok(said.out.includes("✓ Taking the new identity over\x1b[K\n"));
		assert.doesNotMatch(said.out, /✓ Publishing/, "somebody is being asked still");
		assert.match(said.out, /█▀/);
		assert.ok(said.out.endsWith("\r\x1b[K"), "nothing is left half drawn");
	});

	test("to allow a device is a QR code with the code in it, and what is typed where no camera is", () => {
		const { said, report } = screen(true);
		report.tell(code);
		report.close();
		const drawn = screenCode("https://example.org/link?code=ABCD", { columns: 80, colours: true });
		assert.ok(drawn !== undefined && said.out.includes(`\n${drawn.join("\n")}\n`));
		assert.match(said.out, /^Allow this device in a browser, on any machine:\n/);
		assert.match(said.out, /\n {2}https:\/\/example\.org\/link\?code=ABCD\n/);
		assert.match(said.out, /\nOr open https:\/\/example\.org\/link and enter ABCD\n/);
		assert.match(said.out, /Waiting until \d\d:\d\d, Ctrl-C stops…/);
	});

	test("warns of a page that is not where somebody signed in", () => {
		const told = (isAtKnownHost: boolean | undefined) => {
			const { said, report } = screen(false);
			report.tell({ ...approve, isAtKnownHost });
			report.close();
			return said.out;
		};
		assert.match(
			told(false),
			/s3cret\n\nCareful: you signed in elsewhere, and this page is at example\.org\. Approve only if /,
		);
		for (const known of [true, undefined]) assert.doesNotMatch(told(known), /elsewhere/);
	});

	test("is the page without the code where a server names no other, and is no QR code in a file", () => {
		const { said, report } = screen(false);
		report.tell({ ...code, urlComplete: undefined });
		report.close();
		assert.match(said.out, /\n {2}https:\/\/example\.org\/link\n[\s\S]*enter ABCD\n/);
		assert.doesNotMatch(said.out, /[█▀▄]/);
	});

	test("leaves a QR code away that does not fit", () => {
		for (const told of [approve, code]) {
			const { said, report } = screen(true, 20);
			report.tell(told);
			report.close();
			assert.doesNotMatch(said.out, /█/);
		}
	});

	test("marks the step that went wrong, and complains elsewhere", () => {
		const { said, report } = screen(true);
		report.tell({ event: "step", step: "upload" });
		report.tell({ event: "failed", code: "network", exit: 1, message: "No answer.", next: ["Try again."] });
		assert.match(said.out, /✗ Publishing/);
		assert.equal(said.complaint, "No answer.\n  Try again.\n");
	});
});
