import type { Administrators } from "../operating/index.ts";
import type { Asked } from "./command.ts";

/** Says so where the account that just lost its right, or its use, was the last that administered. */
export async function sayIfNobodyLeft(
	asked: Pick<Asked, "out">,
	administrators: Pick<Administrators, "isThereOne">,
	{ admin: wasAdmin }: { readonly admin: boolean },
): Promise<void> {
	if (wasAdmin && !(await administrators.isThereOne()))
		asked.out("Nobody administers this server any more. Somebody does again with: users promote NAME\n");
}
