import { say } from "../words/index.ts";
import type { Letter } from "./letter.ts";

/** For an operator who wants to see one arrive. */
export function testLetter(server: string): Letter {
	return { subject: say("mail.test-subject", { server }), parts: [say("mail.test-text", { server })] };
}
