import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

/** A response of the API. */
export interface ApiAnswer {
  status: number
  headers: Headers
  /** The body, read as JSON where it is; undefined where there is none. */
  // biome-ignore lint/suspicious/noExplicitAny: every test knows what it requested.
  body: any
}

interface Operation {
  security?: []
  requestBody?: { content: Record<string, object> }
  responses: Record<string, Answer>
}

interface Answer {
  $ref?: string
  headers?: Record<string, object>
  content?: Record<string, { schema: object }>
}

type Document = {
  paths: Record<string, Record<string, Operation>>
  components: { responses: Record<string, Operation['responses'][string]> }
}

/** In the order of `Allow`. */
const METHODS = ['get', 'put', 'post', 'delete']

/** Calls a server by its own OpenAPI document, and throws if a response does not match it. */
export class DescribedApi {
  readonly #url: string
  readonly #token: string
  readonly #document: Document
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true })
  readonly #seen = new Set<string>()

  constructor(url: string, token: string, document: object) {
    this.#url = url
    this.#token = token
    this.#document = document as Document
    addFormats.default(this.#ajv)
    this.#ajv.addSchema({ $id: 'doc', ...document })
  }

  static async open(url: string, token: string): Promise<DescribedApi> {
    const response = await fetch(`${url}/api/openapi.json`)
    return new DescribedApi(url, token, (await response.json()) as object)
  }

  /** Every response that the document promises, like `get /api/rooms 200`. */
  get promised(): string[] {
    return Object.entries(this.#document.paths).flatMap(([path, operations]) =>
      METHODS.flatMap((method) =>
        Object.keys(operations[method]?.responses ?? {}).map((status) => `${method} ${path} ${status}`),
      ),
    )
  }

  /** Those that were got. */
  get seen(): ReadonlySet<string> {
    return this.#seen
  }

  /** Every operation that needs the token, as a method and a valid path. */
  get guarded(): [method: string, path: string][] {
    return Object.entries(this.#document.paths).flatMap(([path, operations]) =>
      METHODS.flatMap((method): [string, string][] =>
        operations[method] && operations[method].security === undefined
          ? [[method, path.replace(/\{\w+\}/g, 'online')]]
          : [],
      ),
    )
  }

  async call(
    method: string,
    path: string,
    {
      body,
      headers = {},
      token = this.#token,
    }: { body?: unknown; headers?: Record<string, string>; token?: string } = {},
  ): Promise<ApiAnswer> {
    const response = await fetch(this.#url + path, {
      method,
      headers: { Authorization: `Bearer ${token}`, ...headers },
      ...(body !== undefined && {
        body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
      }),
    })
    const text = await response.text()
    const type = response.headers.get('content-type')?.split(';')[0] ?? ''
    const answer: ApiAnswer = {
      status: response.status,
      headers: response.headers,
      body: /json$/.test(type) ? JSON.parse(text) : text === '' ? undefined : text,
    }
    this.check(method, path, answer, type)
    if (response.ok && typeof body === 'object') this.#checkSent(method, path, body)
    return answer
  }

  /** Throws if the document has no such response, or another body. */
  check(method: string, path: string, { status, headers, body }: ApiAnswer, type: string): void {
    const [template, operations] = this.#find(path)
    const operation = operations[method.toLowerCase()]
    const name = `${method.toLowerCase()} ${template} ${status}`
    if (!operation) {
      if (status !== 405) throw new Error(`${method} ${template} is not described, and answers ${status}`)
      const others = METHODS.filter((other) => operations[other]).map((other) => other.toUpperCase())
      const allowed = headers.get('allow')?.split(', ') ?? []
      if (allowed.filter((other) => other !== 'HEAD').join() !== others.join())
        throw new Error(`${template} allows ${allowed}, and describes ${others}`)
    }
    const direct = operation ? operation.responses[status] : { $ref: '#/components/responses/Problem405' }
    const reference = direct?.$ref?.split('/').at(-1)
    const response = reference === undefined ? direct : this.#document.components.responses[reference]
    if (!response) throw new Error(`${name} is not described: ${JSON.stringify(body)}`)
    const { content, headers: promised = {} } = response
    for (const header of Object.keys(promised))
      if (!headers.has(header)) throw new Error(`${name} has no ${header}`)
    if (!content && body !== undefined) throw new Error(`${name} is described without a body`)
    if (content) {
      const media = content[type]
      if (!media) throw new Error(`${name} is ${type}, described as ${Object.keys(content)}`)
      const pointer =
        reference === undefined
          ? `paths/${toPointer(template)}/${method.toLowerCase()}/responses/${status}`
          : `components/responses/${reference}`
      const validate = this.#compile(`doc#/${pointer}/content/${toPointer(type)}/schema`)
      if (type.endsWith('json') && !validate(body))
        throw new Error(`${name}: ${this.#ajv.errorsText(validate.errors)} in ${JSON.stringify(body)}`)
    }
    this.#seen.add(name)
  }

  /** Throws if the document does not allow a body that the API has taken: generated clients could not send it. */
  #checkSent(method: string, path: string, body: unknown): void {
    const [template, operations] = this.#find(path)
    if (!operations[method.toLowerCase()]?.requestBody?.content['application/json']) return
    const pointer = `paths/${toPointer(template)}/${method.toLowerCase()}/requestBody/content/application~1json/schema`
    const validate = this.#compile(`doc#/${pointer}`)
    if (!validate(body))
      throw new Error(
        `${method} ${template} takes ${JSON.stringify(body)}: ${this.#ajv.errorsText(validate.errors)}`,
      )
  }

  /** Throws where a value is not of a schema of the document. */
  checkSchema(name: string, value: unknown): void {
    const validate = this.#compile(`doc#/components/schemas/${name}`)
    if (!validate(value)) throw new Error(`${name}: ${this.#ajv.errorsText(validate.errors)}`)
  }

  #compile(reference: string): ValidateFunction {
    const validate = this.#ajv.getSchema(reference)
    if (!validate) throw new Error(`there is no schema ${reference}`)
    return validate
  }

  /** The path with the fewest parameters that fits. */
  #find(path: string): [string, Record<string, Operation>] {
    const [plain = ''] = path.split('?')
    const fits = Object.entries(this.#document.paths).filter(([template]) =>
      new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(plain),
    )
    const [best] = fits.sort(([one], [other]) => one.split('{').length - other.split('{').length)
    if (!best) throw new Error(`${plain} is not described`)
    return best
  }
}

function toPointer(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))
}
