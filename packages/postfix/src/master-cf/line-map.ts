/** Where the parts of a logical line stand in its file. */
export class LineMap {
  /** The end of what is passed, and the line that is looked at: places are asked for in order. */
  #end = 0;
  #line: number;

  /**
   * @param physical the lines of the file
   * @param first the line on which the logical line begins, from 1
   */
  constructor(
    private readonly physical: readonly string[],
    readonly first: number,
  ) {
    this.#line = first - 1;
  }

  /**
   * The physical line of an offset in the logical line; offsets are asked for from small to large.
   *
   * @see Postfix readllines(3): a logical line is its physical ones without those that are blank or comments
   */
  lineAt(offset: number): number {
    while (this.#end <= offset && this.#line < this.physical.length) {
      const text = this.physical[this.#line] ?? "";
      if (!/^[\t-\r ]*(?:#|$)/.test(text)) this.#end += text.length;
      this.#line += 1;
    }
    return this.#line;
  }
}
