import { defineWidget, drawText, type EmbeddedPicture, param, toPalette } from 'imgcast/widget'

export default defineWidget({
  title: 'Grid',
  about: 'Several pictures in one, over one connection: browsers open only six to a host.',
  gallery: { rank: 100 },
  role: 'picture-grid',
  params: {
    show: param.text('countdown?height=160,clock,online?width=320&height=44,hits', {
      max: 1500,
      about: 'Pictures, separated by commas: online/blog,sine/x?color=red',
    }),
    columns: param.integer(0, { min: 0, max: 16, about: 'Pictures per row; 0 chooses automatically.' }),
    gap: param.integer(12, { min: 0, max: 200, about: 'Space between pictures, in pixels.' }),
    padding: param.integer(0, { min: 0, max: 200, about: 'Space around the grid, in pixels.' }),
    align: param.choice(['center', 'start'], 'center', {
      about: 'Alignment of smaller pictures in their cells.',
    }),
    theme: param.theme('auto', { about: 'The theme of pictures that set none themselves.' }),
    background: param.color('transparent', { about: 'The ground.' }),
  },
  shows: ({ params }) => pathsOf(params),
  size: ({ params, pictures }) => layOut(params, pictures),
  draw(ctx, { params, pictures, width, height }) {
    ctx.fillStyle = params.background
    ctx.fillRect(0, 0, width, height)
    if (pictures.length === 0) {
      const { ink } = toPalette(params)
      drawText(ctx, 'show= names no pictures', width / 2, height / 2, { size: 13, color: ink })
    }
    for (const { picture, x, y } of layOut(params, pictures).cells) {
      ctx.drawImage(picture.image, x, y, picture.width, picture.height)
    }
  },
  alt({ pictures }) {
    const [first] = pictures
    if (!first) return 'An empty grid'
    return pictures.length === 1
      ? first.alt
      : `${pictures.length} pictures: ${pictures.map(({ alt }) => alt).join('; ')}`
  },
  json: ({ room, params, connections, visitors, peak }) => {
    return { room, connections, visitors, peak, shows: pathsOf(params) }
  },
})

function pathsOf({ show, theme }: { show: string; theme: string }): string[] {
  const paths = show.split(',').flatMap((path) => path.trim() || [])
  if (theme === 'auto') return paths
  return paths.map((path) =>
    /[?&]theme=/.test(path) ? path : `${path}${path.includes('?') ? '&' : '?'}theme=${theme}`,
  )
}

type Layout = { columns: number; gap: number; padding: number; align: 'center' | 'start' }

/** Lays out columns as wide as their widest picture, and rows as high as their highest. */
function layOut({ columns, gap, padding, align }: Layout, pictures: readonly EmbeddedPicture[]) {
  if (pictures.length === 0) return { cells: [], width: 220, height: 60 }
  const across = Math.min(pictures.length, columns || Math.ceil(Math.sqrt(pictures.length)))
  const placed = pictures.map((picture, index) => {
    return { picture, column: index % across, row: Math.floor(index / across) }
  })
  const widths: number[] = []
  const heights: number[] = []
  for (const { picture, column, row } of placed) {
    widths[column] = Math.max(widths[column] ?? 0, picture.width)
    heights[row] = Math.max(heights[row] ?? 0, picture.height)
  }
  const start = (sizes: number[], place: number) =>
    sizes.slice(0, place).reduce((sum, size) => sum + size + gap, padding)
  const slack = (room = 0, length: number) => (align === 'center' ? Math.round((room - length) / 2) : 0)
  const cells = placed.map(({ picture, column, row }) => {
    const x = start(widths, column) + slack(widths[column], picture.width)
    return { picture, x, y: start(heights, row) + slack(heights[row], picture.height) }
  })
  const whole = (sizes: number[]) => start(sizes, sizes.length) - gap + padding
  return { cells, width: whole(widths), height: whole(heights) }
}
