import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { defineWidget, Image, param } from 'imgcast/widget'
import satori from 'satori'

const { resolve } = createRequire(import.meta.url)
const load = (weight: number) =>
  readFile(resolve(`@fontsource/inter/files/inter-latin-${weight}-normal.woff`))
const [plain, bold] = await Promise.all([load(400), load(600)])
const fonts = [
  { name: 'Inter', data: plain, weight: 400 as const },
  { name: 'Inter', data: bold, weight: 600 as const },
]

const [width, height] = [360, 132]

function Tag({ text }: { text: string }) {
  return (
    <span style={{ padding: '3px 10px', borderRadius: 99, background: '#ffffff2e', fontSize: 12 }}>
      {text}
    </span>
  )
}

function Card({ title, author, tags }: { title: string; author: string; tags: readonly string[] }) {
  return (
    <div
      style={{
        display: 'flex',
        boxSizing: 'border-box',
        flexDirection: 'column',
        justifyContent: 'space-between',
        width: '100%',
        height: '100%',
        padding: 20,
        borderRadius: 16,
        color: 'white',
        backgroundColor: '#4c1d95',
        fontFamily: 'Inter',
      }}
    >
      <div style={{ display: 'flex', flexDirection: 'column' }}>
        <span style={{ fontSize: 24, fontWeight: 600 }}>{title}</span>
        <span style={{ fontSize: 14, opacity: 0.8 }}>{author}</span>
      </div>
      <div style={{ display: 'flex', gap: 8 }}>
        {tags.map((tag) => (
          <Tag text={tag} />
        ))}
      </div>
    </div>
  )
}

export default defineWidget({
  title: 'Card',
  about: 'A card that is laid out with JSX and flexbox, by satori.',
  size: { width, height },
  params: {
    title: param.text('Pictures that stay live', { max: 60, about: 'The heading.' }),
    author: param.text('by Ada', { max: 60, about: 'The line below it.' }),
    tags: param.text('svg,jsx,flexbox', { max: 80, about: 'Words with commas between.' }),
  },

  // Layout takes its time, so it is here and not in `draw`: once for all sizes and formats.
  async load({ params }) {
    const { title, author } = params
    const tags = params.tags.split(',').slice(0, 6)
    // Satori takes plain elements, which is what JSX makes here; its types expect those of React.
    const element = <Card title={title} author={author} tags={tags} />
    return satori(element as never, { width, height, fonts })
  },

  // The SVG is painted at the scale of the picture, so that it is sharp at any.
  draw(ctx, { data, scale }) {
    const image = new Image()
    image.src = Buffer.from(
      data.replace(
        /^<svg width="\d+" height="\d+"/,
        `<svg width="${width * scale}" height="${height * scale}"`,
      ),
    )
    ctx.drawImage(image, 0, 0, width, height)
  },
  svg: ({ data }) => data,
})
