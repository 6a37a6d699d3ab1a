// Counts checks, and tells those that failed.
import { isDeepStrictEqual } from "node:util";

let passed = 0, failed = 0;

/** A check answers its faults; none is a pass, and so is nothing else. */
export async function check(sentence, faultsOf) {
  let faults;
  try {
    faults = await faultsOf();
  } catch (e) {
    faults = [e.message];
  }
  if (faults.length === 0) return void passed++;
  failed++;
  console.log(`FAILED ${sentence}\n${faults.map((f) => `  ${f}`).join("\n")}`);
}

export const same = (what, found, wanted) => isDeepStrictEqual(found, wanted) ? [] : [`${what}: ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`];

export function end() {
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}
