// The portrait of a My Number Card is JPEG 2000, which neither .NET nor Windows decodes. This reads what cards hold: one or
// three components of up to eight bits, either wavelet, any number of tiles and layers (ISO/IEC 15444-1).
using System;
using System.Collections.Generic;
using System.Drawing;
using System.Drawing.Imaging;
using System.IO;
using System.Runtime.InteropServices;

namespace ReceptionDesk
{
    /// <summary>Decodes a JPEG 2000 picture. Whatever the bytes are, the answer is a picture or InvalidDataException.</summary>
    internal static class Jpeg2000
    {
        private const int Longest = 2048;

        internal static Bitmap Decode(byte[] file)
        {
            try { return new Codestream(file).Decode(); }
            catch (IndexOutOfRangeException) { throw new InvalidDataException("the picture is cut off"); }
            catch (OverflowException) { throw new InvalidDataException("the picture's numbers are out of range"); }
        }

        /// <summary>Part of a wavelet level: its place among the coefficients and how coarse they are.</summary>
        private sealed class Band
        {
            internal int Kind; // 0 LL, 1 HL, 2 LH, 3 HH
            internal int X0, Y0, X1, Y1;
            internal int Planes;
            internal double Step;
            internal double[] Coefficients;
        }

        private sealed class Block
        {
            internal int X0, Y0, X1, Y1;
            internal bool Included;
            internal int ZeroPlanes, LengthBits = 3, Passes;
            internal readonly MemoryStream Data = new MemoryStream();
        }

        /// <summary>The code-blocks of one band in one precinct.</summary>
        private sealed class Cell
        {
            internal Band Band;
            internal int Wide, High;
            internal Block[] Blocks;
            internal TagTree Inclusion, ZeroPlanes;
        }

        private sealed class Resolution
        {
            internal int X0, Y0, X1, Y1;
            internal readonly List<Band> Bands = new List<Band>();
            internal readonly List<Cell[]> Precincts = new List<Cell[]>();
        }

        private sealed class Codestream
        {
            private readonly byte[] data;
            private int width, height, tileWidth, tileHeight, components, depth;
            private int progression, layers, levels, blockWide, blockHigh;
            private bool colourTransform, reversible, startMarks, endMarks;
            private int[] precincts;
            private int guard, quantisation;
            private int[] exponents, mantissas;

            internal Codestream(byte[] file) { data = file; }

            internal Bitmap Decode()
            {
                var tiles = new SortedDictionary<int, MemoryStream>();
                ReadMarkers(Start(), tiles);
                if (width == 0 || precincts == null || exponents == null) throw Bad("a part of the head is missing");
                var planes = new double[components][];
                for (var one = 0; one < components; one++) planes[one] = new double[width * height];
                var across = Up(width, tileWidth);
                foreach (var tile in tiles)
                {
                    int x0 = tile.Key % across * tileWidth, y0 = tile.Key / across * tileHeight;
                    if (y0 >= height) throw Bad("a tile outside the picture");
                    DecodeTile(tile.Value.ToArray(), x0, y0, Math.Min(x0 + tileWidth, width), Math.Min(y0 + tileHeight, height), planes);
                }
                return Paint(planes);
            }

            private static InvalidDataException Bad(string what) { return new InvalidDataException("JPEG 2000: " + what); }
            private static int Up(int value, int by) { return (value + by - 1) / by; }
            private int Two(int at) { return data[at] << 8 | data[at + 1]; }
            private int Four(int at) { return checked((int)((uint)Two(at) << 16 | (uint)Two(at + 2))); }

            /// <summary>Where the codestream begins: at once, or in a box of a JP2 file.</summary>
            private int Start()
            {
                if (data.Length > 2 && Two(0) == 0xFF4F) return 0;
                for (var at = 0; at + 8 <= data.Length;)
                {
                    int size = Four(at), kind = Four(at + 4);
                    if (kind == 0x6A703263) return at + 8;
                    if (size < 8 || size > data.Length - at) break;
                    at += size;
                }
                throw Bad("no codestream");
            }

            private void ReadMarkers(int at, SortedDictionary<int, MemoryStream> tiles)
            {
                if (Two(at) != 0xFF4F) throw Bad("no start");
                at += 2;
                while (at + 4 <= data.Length && Two(at) != 0xFFD9)
                {
                    int marker = Two(at), size = Two(at + 2), body = at + 4;
                    if (size < 2) throw Bad("an empty marker");
                    switch (marker)
                    {
                        case 0xFF51: ReadSize(body); break;
                        case 0xFF52: ReadCoding(body); break;
                        case 0xFF5C: ReadQuantisation(body, size - 2); break;
                        case 0xFF53: case 0xFF5D: case 0xFF5E: case 0xFF5F: case 0xFF60: case 0xFF61:
                            throw Bad("a form that cards do not use");
                        case 0xFF90: at = ReadTilePart(at, tiles); continue;
                    }
                    at += 2 + size;
                }
            }

            private void ReadSize(int at)
            {
                width = Four(at + 2);
                height = Four(at + 6);
                tileWidth = Four(at + 18);
                tileHeight = Four(at + 22);
                components = Two(at + 34);
                if (width < 1 || height < 1 || width > Longest || height > Longest || tileWidth < 1 || tileHeight < 1) throw Bad("its size");
                if (Four(at + 10) != 0 || Four(at + 14) != 0 || Four(at + 26) != 0 || Four(at + 30) != 0) throw Bad("an offset");
                if (components != 1 && components != 3) throw Bad("its components");
                tileWidth = Math.Min(tileWidth, width);
                tileHeight = Math.Min(tileHeight, height);
                depth = data[at + 36] + 1;
                for (var one = 0; one < components; one++)
                {
                    var place = at + 36 + 3 * one;
                    if (data[place] > 7 || data[place] + 1 != depth || data[place + 1] != 1 || data[place + 2] != 1) throw Bad("its samples");
                }
            }

            private void ReadCoding(int at)
            {
                var style = data[at];
                startMarks = (style & 2) != 0;
                endMarks = (style & 4) != 0;
                progression = data[at + 1];
                layers = Two(at + 2);
                colourTransform = data[at + 4] != 0;
                levels = data[at + 5];
                blockWide = data[at + 6] + 2;
                blockHigh = data[at + 7] + 2;
                reversible = data[at + 9] == 1;
                if (data[at + 8] != 0 || data[at + 9] > 1 || progression > 4) throw Bad("its coding style");
                if (levels > 16 || layers < 1 || blockWide > 10 || blockHigh > 10 || blockWide + blockHigh > 12) throw Bad("its coding");
                precincts = new int[levels + 1];
                for (var level = 0; level <= levels; level++) precincts[level] = (style & 1) == 0 ? 0xFF : data[at + 10 + level];
            }

            private void ReadQuantisation(int at, int size)
            {
                quantisation = data[at] & 31;
                guard = data[at] >> 5;
                if (quantisation > 2) throw Bad("its quantisation");
                var wide = quantisation == 0 ? 1 : 2;
                var count = (size - 1) / wide;
                exponents = new int[count];
                mantissas = new int[count];
                for (var one = 0; one < count; one++)
                {
                    var value = wide == 1 ? data[at + 1 + one] << 8 : Two(at + 1 + 2 * one);
                    exponents[one] = value >> 11;
                    mantissas[one] = wide == 1 ? 0 : value & 0x7FF;
                }
            }

            private int ReadTilePart(int at, SortedDictionary<int, MemoryStream> tiles)
            {
                int tile = Two(at + 4), size = Four(at + 6);
                var end = size == 0 ? data.Length : checked(at + size);
                if (end > data.Length || end <= at) throw Bad("a tile is cut off");
                var place = at + 12;
                while (Two(place) != 0xFF93)
                {
                    // A tile's own settings would have to replace those of the picture.
                    if (Two(place) != 0xFF64 && Two(place) != 0xFF58) throw Bad("a tile of its own form");
                    place += 2 + Two(place + 2);
                }
                MemoryStream stream;
                if (!tiles.TryGetValue(tile, out stream)) tiles.Add(tile, stream = new MemoryStream());
                stream.Write(data, place + 2, Math.Max(0, end - place - 2));
                return end;
            }

            private void DecodeTile(byte[] packets, int x0, int y0, int x1, int y1, double[][] planes)
            {
                var all = new Resolution[components][];
                for (var one = 0; one < components; one++)
                {
                    all[one] = new Resolution[levels + 1];
                    for (var level = 0; level <= levels; level++) all[one][level] = Lay(level, x0, y0, x1, y1);
                }
                var reader = new Packets(packets, startMarks, endMarks);
                foreach (var packet in Order(all)) if (!reader.Read(packet.Key, packet.Value)) break;
                var tile = new double[components][];
                for (var one = 0; one < components; one++) tile[one] = Back(Fill(all[one]));
                if (colourTransform && components == 3) Colour(tile);
                for (var one = 0; one < components; one++)
                    for (var y = y0; y < y1; y++) Array.Copy(tile[one], (y - y0) * (x1 - x0), planes[one], y * width + x0, x1 - x0);
            }

            /// <summary>The packets in the order of the stream, each with its layer.</summary>
            private IEnumerable<KeyValuePair<Cell[], int>> Order(Resolution[][] all)
            {
                if (progression > 1)
                    foreach (var component in all)
                        foreach (var resolution in component)
                            if (resolution.Precincts.Count > 1) throw Bad("an order by position");
                // Without several precincts, the five orders differ in their loops only: layer, resolution, component.
                var sizes = new[] { layers, levels + 1, components };
                var loops = new[] { new[] { 0, 1, 2 }, new[] { 1, 0, 2 }, new[] { 1, 2, 0 }, new[] { 2, 1, 0 }, new[] { 2, 1, 0 } }[progression];
                var at = new int[3];
                for (at[loops[0]] = 0; at[loops[0]] < sizes[loops[0]]; at[loops[0]]++)
                    for (at[loops[1]] = 0; at[loops[1]] < sizes[loops[1]]; at[loops[1]]++)
                        for (at[loops[2]] = 0; at[loops[2]] < sizes[loops[2]]; at[loops[2]]++)
                            foreach (var precinct in all[at[2]][at[1]].Precincts) yield return new KeyValuePair<Cell[], int>(precinct, at[0]);
            }

            private static int Shift(int value, int by) { return (int)(((long)value + (1L << by) - 1) >> by); }

            private Resolution Lay(int level, int x0, int y0, int x1, int y1)
            {
                var down = levels - level;
                var laid = new Resolution { X0 = Shift(x0, down), Y0 = Shift(y0, down), X1 = Shift(x1, down), Y1 = Shift(y1, down) };
                for (var kind = level == 0 ? 0 : 1; kind <= (level == 0 ? 0 : 3); kind++) laid.Bands.Add(LayBand(level, kind, x0, y0, x1, y1));
                int wide = precincts[level] & 15, high = precincts[level] >> 4;
                if (laid.X1 <= laid.X0 || laid.Y1 <= laid.Y0) return laid;
                if (level > 0 && (wide == 0 || high == 0)) throw Bad("its precincts");
                for (var y = laid.Y0 >> high; y <= (laid.Y1 - 1) >> high; y++)
                    for (var x = laid.X0 >> wide; x <= (laid.X1 - 1) >> wide; x++)
                    {
                        if (laid.Precincts.Count > 4096) throw Bad("its precincts");
                        var cells = new List<Cell>();
                        var halves = level == 0 ? 0 : 1;
                        foreach (var band in laid.Bands) cells.Add(LayCell(band, x, y, wide - halves, high - halves));
                        laid.Precincts.Add(cells.ToArray());
                    }
                return laid;
            }

            private Band LayBand(int level, int kind, int x0, int y0, int x1, int y1)
            {
                var down = level == 0 ? levels : levels - level + 1;
                Func<int, int, int> place = (value, high) => down == 0 ? value : Shift(value - (high << (down - 1)), down);
                int right = kind & 1, below = kind >> 1, index = level == 0 ? 0 : 3 * (level - 1) + kind;
                var from = quantisation == 1 ? 0 : index;
                var exponent = exponents[from] - (quantisation == 1 && level > 0 ? level - 1 : 0);
                var gain = kind == 0 ? 0 : kind == 3 ? 2 : 1;
                var band = new Band
                {
                    Kind = kind, X0 = place(x0, right), Y0 = place(y0, below), X1 = place(x1, right), Y1 = place(y1, below),
                    Planes = guard + exponent - 1,
                    Step = quantisation == 0 ? 1 : Math.Pow(2, depth + gain - exponent) * (1 + mantissas[from] / 2048.0)
                };
                if (band.Planes > 30) throw Bad("its bit planes");
                band.Coefficients = new double[Math.Max(0, band.X1 - band.X0) * Math.Max(0, band.Y1 - band.Y0)];
                return band;
            }

            private Cell LayCell(Band band, int x, int y, int wide, int high)
            {
                var cell = new Cell { Band = band };
                long left = Math.Max(band.X0, (long)x << wide), top = Math.Max(band.Y0, (long)y << high);
                long right = Math.Min(band.X1, ((long)x + 1) << wide), bottom = Math.Min(band.Y1, ((long)y + 1) << high);
                if (right <= left || bottom <= top) { cell.Blocks = new Block[0]; return cell; }
                int wideBits = Math.Min(blockWide, wide), highBits = Math.Min(blockHigh, high);
                int column = (int)(left >> wideBits), row = (int)(top >> highBits);
                cell.Wide = (int)((right - 1) >> wideBits) - column + 1;
                cell.High = (int)((bottom - 1) >> highBits) - row + 1;
                cell.Blocks = new Block[cell.Wide * cell.High];
                for (var one = 0; one < cell.Blocks.Length; one++)
                {
                    int across = column + one % cell.Wide, down = row + one / cell.Wide;
                    cell.Blocks[one] = new Block
                    {
                        X0 = (int)Math.Max(left, (long)across << wideBits), X1 = (int)Math.Min(right, (across + 1L) << wideBits),
                        Y0 = (int)Math.Max(top, (long)down << highBits), Y1 = (int)Math.Min(bottom, (down + 1L) << highBits)
                    };
                }
                cell.Inclusion = new TagTree(cell.Wide, cell.High);
                cell.ZeroPlanes = new TagTree(cell.Wide, cell.High);
                return cell;
            }

            private Resolution[] Fill(Resolution[] resolutions)
            {
                foreach (var resolution in resolutions)
                    foreach (var precinct in resolution.Precincts)
                        foreach (var cell in precinct)
                            foreach (var block in cell.Blocks)
                                if (block.Passes > 0) BitPlanes.Decode(cell.Band.Kind, cell.Band.Planes - block.ZeroPlanes, block.Passes, block.Data.ToArray(),
                                    block.X1 - block.X0, block.Y1 - block.Y0, reversible,
                                    (x, y, value) => cell.Band.Coefficients[(block.Y0 - cell.Band.Y0 + y) * (cell.Band.X1 - cell.Band.X0) + block.X0 - cell.Band.X0 + x] = value * cell.Band.Step);
                return resolutions;
            }

            private double[] Back(Resolution[] resolutions)
            {
                var samples = resolutions[0].Bands[0].Coefficients;
                for (var level = 1; level <= levels; level++)
                {
                    Resolution lower = resolutions[level - 1], one = resolutions[level];
                    var bands = new[] { samples, one.Bands[0].Coefficients, one.Bands[1].Coefficients, one.Bands[2].Coefficients };
                    var widths = new[] { lower.X1 - lower.X0, one.Bands[0].X1 - one.Bands[0].X0, one.Bands[1].X1 - one.Bands[1].X0, one.Bands[2].X1 - one.Bands[2].X0 };
                    samples = Wavelet.Join(bands, widths, one.X0, one.Y0, one.X1, one.Y1, reversible);
                }
                return samples;
            }

            private void Colour(double[][] tile)
            {
                for (var one = 0; one < tile[0].Length; one++)
                {
                    double y = tile[0][one], blue = tile[1][one], red = tile[2][one];
                    if (reversible)
                    {
                        var green = y - Math.Floor((blue + red) / 4);
                        tile[0][one] = red + green;
                        tile[1][one] = green;
                        tile[2][one] = blue + green;
                    }
                    else
                    {
                        tile[0][one] = y + 1.402 * red;
                        tile[1][one] = y - 0.344136 * blue - 0.714136 * red;
                        tile[2][one] = y + 1.772 * blue;
                    }
                }
            }

            private Bitmap Paint(double[][] planes)
            {
                var bitmap = new Bitmap(width, height, PixelFormat.Format32bppRgb);
                var bits = bitmap.LockBits(new Rectangle(0, 0, width, height), ImageLockMode.WriteOnly, bitmap.PixelFormat);
                var row = new byte[width * 4];
                double middle = 1 << (depth - 1), most = (1 << depth) - 1;
                for (var y = 0; y < height; y++)
                {
                    for (var x = 0; x < width; x++)
                        for (var colour = 0; colour < 3; colour++)
                        {
                            var value = planes[components == 1 ? 0 : 2 - colour][y * width + x] + middle;
                            row[4 * x + colour] = (byte)Math.Round(Math.Max(0, Math.Min(most, value)) * 255 / most);
                        }
                    Marshal.Copy(row, 0, new IntPtr(bits.Scan0.ToInt64() + (long)y * bits.Stride), row.Length);
                }
                bitmap.UnlockBits(bits);
                Array.Clear(row, 0, row.Length);
                return bitmap;
            }
        }

        /// <summary>Reads the heads of packets and hands their bytes to the code-blocks.</summary>
        private sealed class Packets
        {
            private readonly byte[] data;
            private readonly bool startMarks, endMarks;
            private int at, bits, left;

            internal Packets(byte[] data, bool startMarks, bool endMarks)
            {
                this.data = data;
                this.startMarks = startMarks;
                this.endMarks = endMarks;
            }

            /// <summary>False at the end of the data: a picture may be cut after any packet.</summary>
            internal bool Read(Cell[] cells, int layer)
            {
                if (at >= data.Length) return false;
                if (startMarks && at + 6 <= data.Length && data[at] == 0xFF && data[at + 1] == 0x91) at += 6;
                bits = left = 0;
                var bodies = new List<KeyValuePair<Block, int>>();
                if (Bit() == 1)
                    foreach (var cell in cells)
                        for (var one = 0; one < cell.Blocks.Length; one++) ReadBlock(cell, one, layer, bodies);
                if (left == 0 && bits == 0xFF) at++; // a stuffed byte follows 0xFF
                if (endMarks && at + 2 <= data.Length && data[at] == 0xFF && data[at + 1] == 0x92) at += 2;
                foreach (var body in bodies)
                {
                    var size = Math.Min(body.Value, data.Length - at);
                    body.Key.Data.Write(data, at, size);
                    at += size;
                }
                return true;
            }

            private void ReadBlock(Cell cell, int index, int layer, List<KeyValuePair<Block, int>> bodies)
            {
                var block = cell.Blocks[index];
                int x = index % cell.Wide, y = index / cell.Wide;
                if (!(block.Included ? Bit() == 1 : cell.Inclusion.Reaches(x, y, layer + 1, Bit))) return;
                if (!block.Included)
                {
                    block.Included = true;
                    while (!cell.ZeroPlanes.Reaches(x, y, block.ZeroPlanes + 1, Bit))
                        if (++block.ZeroPlanes > 40) throw new InvalidDataException("JPEG 2000: empty bit planes");
                }
                var passes = PassCount();
                while (Bit() == 1) if (++block.LengthBits > 24) throw new InvalidDataException("JPEG 2000: a length");
                var more = 0;
                while (passes >> (more + 1) != 0) more++;
                block.Passes += passes;
                bodies.Add(new KeyValuePair<Block, int>(block, Bits(block.LengthBits + more)));
            }

            private int PassCount()
            {
                if (Bit() == 0) return 1;
                if (Bit() == 0) return 2;
                var few = Bits(2);
                if (few < 3) return 3 + few;
                var some = Bits(5);
                return some < 31 ? 6 + some : 37 + Bits(7);
            }

            private int Bits(int count)
            {
                var value = 0;
                while (count-- > 0) value = value << 1 | Bit();
                return value;
            }

            private int Bit()
            {
                if (left == 0)
                {
                    left = bits == 0xFF ? 7 : 8;
                    bits = data[at++];
                }
                return bits >> --left & 1;
            }
        }

        /// <summary>A quadtree of minima, by which packet heads tell numbers of neighbours.</summary>
        private sealed class TagTree
        {
            private readonly List<int> widths = new List<int>();
            private readonly List<int[]> lows = new List<int[]>();
            private readonly List<bool[]> known = new List<bool[]>();

            internal TagTree(int wide, int high)
            {
                for (;;)
                {
                    widths.Add(wide);
                    lows.Add(new int[wide * high]);
                    known.Add(new bool[wide * high]);
                    if (wide <= 1 && high <= 1) return;
                    wide = (wide + 1) / 2;
                    high = (high + 1) / 2;
                }
            }

            /// <summary>Whether the leaf's number is below <paramref name="limit"/>.</summary>
            internal bool Reaches(int x, int y, int limit, Func<int> bit)
            {
                var low = 0;
                for (var level = lows.Count - 1; level >= 0; level--)
                {
                    var node = (y >> level) * widths[level] + (x >> level);
                    if (lows[level][node] < low) lows[level][node] = low;
                    while (!known[level][node] && lows[level][node] < limit)
                    {
                        if (bit() == 1) known[level][node] = true;
                        else lows[level][node]++;
                    }
                    low = lows[level][node];
                }
                return known[0][y * widths[0] + x] && low < limit;
            }
        }
    }
}
