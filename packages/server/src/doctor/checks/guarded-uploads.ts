import { errcodes } from "@countersign/protocol";
import { besideSynapse, type Check, type Finding } from "../finding.ts";
import { exchange, post, type Reply, textOf } from "../question.ts";
import type { SynapseSetup } from "../setup.ts";
import { doors } from "./questions.ts";
import { addRule, few, proxyOf, setting } from "./words.ts";

const upload = "_matrix/client/v3/keys/device_signing/upload";
const exact = [upload, upload.replace("v3", "unstable")];
/** Ways to write them that some server between here and Synapse might read as the same. */
const others = [
	upload.replace("v3", "r0"),
	`/${upload}`,
	upload.replace("/keys/", "//keys/"),
	upload.replace("_signing", "%5Fsigning"),
	upload.replace("/v3/", "/%763/"),
	`${upload}/`,
	`/${upload.replace("v3", "unstable").replace("_signing", "%5fsigning")}`,
];

function isGuarded(answer: Reply): boolean {
	return answer.ok && answer.headers["x-countersign-guard"] !== undefined;
}

const ownUpload = ({ own }: SynapseSetup) => post(own, upload);

export const guard: Check = besideSynapse({
	id: "guard",
	promise: "the guard is on",
	after: ["server"],
	asks: (setup) => [ownUpload(setup)],
	judge({ setup, reply }) {
		if (!setup.homeserver.guard)
			return [
				{
					verdict: "warning",
					what: setting(setup, "homeserver.guard"),
					found:
						"guard: no. Who approves a reset opens the whole account for ten minutes: any device that is signed in, a stolen one too, can replace the identity",
					fix: 'write guard: yes, restart Countersign, and put the rules that "countersign proxy nginx" (or caddy) prints into the proxy',
				},
			];
		const answer = reply(ownUpload(setup));
		if (isGuarded(answer)) return [];
		return [
			{
				verdict: "problem",
				what: setting(setup, "homeserver.guard"),
				found: `${exchange(ownUpload(setup), answer)}, not by the guard`,
				fix: "restart Countersign: it still runs with other settings",
			},
		];
	},
});

export const guardedUploads: Check = besideSynapse({
	id: "guarded-uploads",
	promise: "no named way leads past the guard",
	after: ["server", "guard", "certificate"],
	asks: (setup) => doors(setup).flatMap((door) => [...exact, ...others].map((path) => post(door, path))),
	judge({ setup, reply }) {
		const { guard: isOn, publicBase } = setup.homeserver;
		// That the public one leads nowhere is said elsewhere, and then nothing is known of it.
		const isSilent = !reply(post(publicBase, upload)).ok;
		if (!isOn || (isSilent && setup.also.length === 0)) return undefined;
		return doors(setup)
			.filter((door) => door !== publicBase || !isSilent)
			.flatMap((door) => judgeDoor(door, { setup, reply }));
	},
});

function judgeDoor(
	door: string,
	{ setup, reply }: { readonly setup: SynapseSetup; readonly reply: (q: ReturnType<typeof post>) => Reply },
): readonly Finding[] {
	const asked = [...exact, ...others].map((path) => {
		const question = post(door, path);
		return { path, question, answer: reply(question) };
	});
	const isPublic = door === setup.homeserver.publicBase;
	const first = asked[0]?.answer;
	if (first !== undefined && !first.ok)
		return [
			{
				verdict: "problem",
				what: `--also ${door}`,
				found: `no answer (${first.why}), so nothing can be said of it`,
				fix: "leave it out if nothing listens there",
			},
		];
	const wrong = asked.filter(
		({ path, answer }) => !isGuarded(answer) && (isTaken(answer) || (isPublic && exact.includes(path))),
	);
	if (wrong.length === 0) return [];
	return [
		{
			verdict: "problem",
			what: proxyOf(door),
			found: `uploads of keys get past the guard: ${few(wrong.map(({ question, answer }) => exchange(question, answer)))}`,
			fix: addRule(setup, { url: door, rule: "guard" }),
		},
	];
}

/** A homeserver that asks for a token would take the upload with one; where nothing is, nothing can be uploaded. */
function isTaken(answer: Reply): boolean {
	const code = textOf(answer, "errcode") ?? "";
	return code.startsWith("M_") && code !== errcodes.unrecognized && code !== errcodes.notFound;
}
