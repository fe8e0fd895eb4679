import type { Code } from "../verdict/codes.js";
import type { Anomaly, Form } from "./section.js";

/** Keeps the first anomaly of each code and form: a header of a million faults takes no more memory than one of each. */
export class AnomalyLog {
  readonly list: Anomaly[] = [];

  add(code: Code, offset: number, field?: string, form?: Form): void {
    if (this.has(code, form)) return;
    this.list.push({
      code,
      offset,
      ...(form === undefined ? {} : { form }),
      ...(field === undefined ? {} : { field }),
    });
  }
  has(code: Code, form?: Form): boolean {
    return this.list.some((seen) => seen.code === code && seen.form === form);
  }
}
