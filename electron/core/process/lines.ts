/** Cuts a stream of bytes into lines, and never holds more than `limit` bytes of one. */
export class LineSplitter {
  private pieces: Buffer[] = []
  private held = 0

  /**
   * @param onLine a whole line as UTF-8, without its end
   * @param onTooLong told once for each line that grew past the limit; its rest is dropped
   */
  constructor(
    private readonly limit: number,
    private readonly onLine: (line: string) => void,
    private readonly onTooLong: () => void,
  ) {}

  private dropping = false

  push(chunk: Buffer): void {
    let from = 0
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      this.take(chunk.subarray(from, at))
      this.endLine()
      from = at + 1
    }
    if (from < chunk.length) this.take(chunk.subarray(from))
  }

  /** The last line may lack its end. */
  end(): void {
    if (this.held > 0) this.endLine()
  }

  private take(piece: Buffer): void {
    if (this.dropping) return
    if (this.held + piece.length > this.limit) {
      this.dropping = true
      this.pieces = []
      this.held = 0
      this.onTooLong()
      return
    }
    this.pieces.push(piece)
    this.held += piece.length
  }

  private endLine(): void {
    const { pieces, dropping } = this
    this.pieces = []
    this.held = 0
    this.dropping = false
    if (!dropping) this.onLine(Buffer.concat(pieces).toString('utf8').replace(/\r$/, ''))
  }
}
