import type { ComparedEmoji } from "@countersign/client";
import {
	adviceWords,
	backupStaysWords,
	doneWords,
	movedWords,
	signInWords,
	stepWords,
} from "../words/index.ts";
import type { Failed, StatusTold, Told } from "./events.ts";
import { screenCode } from "./screen-code.ts";
import { createSpinner } from "./spinner.ts";

/** Where a person reads. */
interface Screen {
	readonly out: (text: string) => void;
	readonly complain: (text: string) => void;
	/** Whether lines may be drawn over, and coloured. */
	readonly showsMotion: boolean;
	/** Whether a person sits there: QR codes are for cameras. */
	readonly isTerminal: boolean;
	readonly columns: () => number;
}

/** Steps, pages to open and outcomes in words, for a person who reads along. */
export function reportToPeople(screen: Screen) {
	const { out, complain, showsMotion, isTerminal, columns } = screen;
	const spinner = createSpinner(out, { moves: showsMotion });
	const lines = (...texts: readonly string[]) => out(`${texts.join("\n")}\n`);
	const page = (url: string) => {
		const code = isTerminal ? screenCode(url, { columns: columns(), colours: showsMotion }) : undefined;
		return ["", `  ${url}`, "", ...(code === undefined ? [] : [...code, ""])];
	};
	const failed = ({ message, next }: Failed) => {
		complain(`${[message, ...next.map((line) => `  ${line}`)].join("\n")}\n`);
	};
	return {
		tell(told: Told) {
			if (told.event === "step") {
				spinner.start(`${stepWords[told.step]}…`, stepWords[told.step]);
				return;
			}
			// What is asked on the way is no end of the step: it is taken away, and drawn again below.
			spinner.stop(told.event === "failed" ? "✗" : told.event === "approve" ? undefined : "✓");
			switch (told.event) {
				case "enter-code":
					lines(signInWords.code, ...page(told.urlComplete ?? told.url));
					lines(signInWords.typed(told.url, told.userCode));
					return spinner.start(signInWords.waiting(clock(told.expiresAt)), signInWords.allowed);
				case "open-browser":
					lines(signInWords.browser, "", `  ${told.url}`, "");
					return spinner.start(signInWords.waitingForBrowser, signInWords.allowed);
				case "approve":
					lines(
						told.isInPlace ? signInWords.approveAnew : signInWords.approve,
						...page(told.url),
						...(told.isAtKnownHost === false ? [signInWords.elsewhere(new URL(told.url).host), ""] : []),
						...fingerprintLines(told.fingerprint),
					);
					if (told.until === undefined) return;
					return spinner.start(signInWords.waiting(clock(told.until)), signInWords.approved);
				case "let-read":
					lines(signInWords.letRead, ...page(told.url));
					return spinner.start(signInWords.waiting(clock(told.until)), signInWords.allowed);
				case "signed-in":
					return lines(`Signed in as ${told.userId}, device ${told.deviceId}.`);
				case "signed-out":
					return lines(`Signed out ${told.userId}.`);
				case "emoji":
					return lines(signInWords.emoji, "", ...told.emoji.map(emojiLine), "");
				case "recovery-key":
					return lines("", "Your new recovery key, shown this once:", "", `  ${told.recoveryKey}`, "");
				case "recovery-key-saved":
					return lines(`The recovery key is in ${told.file}, readable by you alone.`);
				case "status":
					return lines(...statusLines(told.status));
				case "done":
					lines(doneWords[told.what]);
					if (told.opensBackup === false) lines(backupStaysWords);
					if (told.roomKeys !== undefined) lines(movedWords(told.roomKeys));
					return;
				case "failed":
					return failed(told);
			}
		},
		close: () => spinner.stop(),
	};
}

function emojiLine({ symbol, description }: ComparedEmoji): string {
	return `  ${symbol}  ${description}`;
}

function fingerprintLines(fingerprint: string | undefined): readonly string[] {
	if (fingerprint === undefined) return [];
	return ["The page shows the new key. Approve only if it is this one:", "", `  ${fingerprint}`, ""];
}

function statusLines(status: StatusTold): readonly string[] {
	const { userId, deviceId, homeserver, fingerprint, underWay, sentences, advice } = status;
	const next = underWay === undefined ? adviceWords[advice] : ["Go on with it:  xsign resume"];
	return [
		`${userId}, device ${deviceId}, at ${homeserver}`,
		...(fingerprint === undefined ? [] : [`Identity: ${fingerprint}`]),
		"",
		...sentences.map((sentence) => `- ${sentence}`),
		...(underWay === undefined ? [] : ["", "A reset is under way, to this identity:", `  ${underWay}`]),
		...(next.length === 0 ? [] : ["", ...next]),
	];
}

function clock(at: number): string {
	return new Date(at).toTimeString().slice(0, 5);
}
