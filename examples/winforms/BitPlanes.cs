// The arithmetic half of the JPEG 2000 decoder: the bit planes of a code-block, and the wavelets (ISO/IEC 15444-1, annexes C,
// D and F).
using System;

namespace ReceptionDesk
{
    /// <summary>The adaptive arithmetic decoder of annex C.</summary>
    internal sealed class Arithmetic
    {
        private static readonly int[] Qe =
        {
            0x5601, 0x3401, 0x1801, 0x0AC1, 0x0521, 0x0221, 0x5601, 0x5401, 0x4801, 0x3801, 0x3001, 0x2401, 0x1C01, 0x1601, 0x5601, 0x5401,
            0x5101, 0x4801, 0x3801, 0x3401, 0x3001, 0x2801, 0x2401, 0x2201, 0x1C01, 0x1801, 0x1601, 0x1401, 0x1201, 0x1101, 0x0AC1, 0x09C1,
            0x08A1, 0x0521, 0x0441, 0x02A1, 0x0221, 0x0141, 0x0111, 0x0085, 0x0049, 0x0025, 0x0015, 0x0009, 0x0005, 0x0001, 0x5601
        };
        private static readonly byte[] AfterMore =
        {
            1, 2, 3, 4, 5, 38, 7, 8, 9, 10, 11, 12, 13, 29, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36,
            37, 38, 39, 40, 41, 42, 43, 44, 45, 45, 46
        };
        private static readonly byte[] AfterLess =
        {
            1, 6, 9, 12, 29, 33, 6, 14, 14, 14, 17, 18, 20, 21, 14, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
            33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 46
        };

        private readonly byte[] data;
        private readonly byte[] state = new byte[19];
        private readonly byte[] likely = new byte[19];
        private int at, interval, count;
        private uint code;

        internal Arithmetic(byte[] data)
        {
            this.data = data;
            state[0] = 4;
            state[17] = 3;
            state[18] = 46;
            code = (uint)Byte(0) << 16;
            ByteIn();
            code <<= 7;
            count -= 7;
            interval = 0x8000;
        }

        /// <summary>Behind the end there are ones, as the standard has it.</summary>
        private int Byte(int place) { return place < data.Length ? data[place] : 0xFF; }

        private void ByteIn()
        {
            if (Byte(at) != 0xFF) { at++; code += (uint)Byte(at) << 8; count = 8; }
            else if (Byte(at + 1) > 0x8F) { code += 0xFF00; count = 8; }
            else { at++; code += (uint)Byte(at) << 9; count = 7; }
        }

        internal int Decide(int context)
        {
            int probability = Qe[state[context]], bit = likely[context];
            interval -= probability;
            bool less;
            if (code >> 16 < (uint)probability)
            {
                less = interval >= probability;
                interval = probability;
            }
            else
            {
                code -= (uint)probability << 16;
                if ((interval & 0x8000) != 0) return bit;
                less = interval < probability;
            }
            if (less)
            {
                bit = 1 - bit;
                var now = state[context];
                if (now == 0 || now == 6 || now == 14) likely[context] = (byte)bit;
                state[context] = AfterLess[now];
            }
            else state[context] = AfterMore[state[context]];
            do
            {
                if (count == 0) ByteIn();
                interval <<= 1;
                code <<= 1;
                count--;
            }
            while ((interval & 0x8000) == 0);
            return bit;
        }
    }

    /// <summary>The coefficients of one code-block, plane by plane, each in up to three passes (annex D).</summary>
    internal sealed class BitPlanes
    {
        private readonly int kind, wide, high, stride;
        private readonly int[] magnitude;
        private readonly sbyte[] sign; // 0 not yet significant, else 1 or -1; a frame of zeros around
        private readonly bool[] visited, refined;
        private readonly Arithmetic bits;

        private BitPlanes(int kind, byte[] data, int wide, int high)
        {
            this.kind = kind;
            this.wide = wide;
            this.high = high;
            stride = wide + 2;
            magnitude = new int[stride * (high + 2)];
            sign = new sbyte[magnitude.Length];
            visited = new bool[magnitude.Length];
            refined = new bool[magnitude.Length];
            bits = new Arithmetic(data);
        }

        internal static void Decode(int kind, int planes, int passes, byte[] data, int wide, int high, bool exact, Action<int, int, double> put)
        {
            if (planes < 1) return;
            passes = Math.Min(passes, 3 * planes - 2);
            var block = new BitPlanes(kind, data, wide, high);
            var plane = planes - 1;
            for (int pass = 0, which = 2; pass < passes; pass++)
            {
                if (which == 0) block.Propagate(plane);
                else if (which == 1) block.Refine(plane);
                else block.CleanUp(plane);
                if (++which < 3) continue;
                which = 0;
                Array.Clear(block.visited, 0, block.visited.Length);
                if (pass + 1 < passes) plane--;
            }
            // What lies below the last plane is unknown: the middle of it is the best guess.
            var middle = exact && plane == 0 ? 0 : 0.5 * (1 << plane);
            for (var y = 0; y < high; y++)
                for (var x = 0; x < wide; x++)
                {
                    var at = (y + 1) * block.stride + x + 1;
                    if (block.sign[at] != 0) put(x, y, block.sign[at] * (block.magnitude[at] + middle));
                }
        }

        private int Set(int at) { return sign[at] != 0 ? 1 : 0; }
        private int Across(int at) { return Set(at - 1) + Set(at + 1); }
        private int Along(int at) { return Set(at - stride) + Set(at + stride); }
        private int Diagonal(int at) { return Set(at - stride - 1) + Set(at - stride + 1) + Set(at + stride - 1) + Set(at + stride + 1); }

        private int Context(int at)
        {
            int across = Across(at), along = Along(at), diagonal = Diagonal(at);
            if (kind == 3)
            {
                var both = across + along;
                if (diagonal >= 3) return 8;
                if (diagonal == 2) return both >= 1 ? 7 : 6;
                if (diagonal == 1) return both >= 2 ? 5 : 3 + both;
                return Math.Min(both, 2);
            }
            if (kind == 1) { var swap = across; across = along; along = swap; }
            if (across == 2) return 8;
            if (across == 1) return along >= 1 ? 7 : diagonal >= 1 ? 6 : 5;
            if (along > 0) return 2 + along;
            return Math.Min(diagonal, 2);
        }

        private void BecomeSignificant(int at, int plane)
        {
            var across = Math.Max(-1, Math.Min(1, sign[at - 1] + sign[at + 1]));
            var along = Math.Max(-1, Math.Min(1, sign[at - stride] + sign[at + stride]));
            var turned = across < 0 || across == 0 && along < 0;
            if (turned) { across = -across; along = -along; }
            var context = across == 1 ? 12 + along : 9 + along;
            sign[at] = (bits.Decide(context) == 1) != turned ? (sbyte)-1 : (sbyte)1;
            magnitude[at] = 1 << plane;
        }

        private void Propagate(int plane)
        {
            for (var top = 0; top < high; top += 4)
                for (var x = 0; x < wide; x++)
                    for (var y = top; y < Math.Min(top + 4, high); y++)
                    {
                        var at = (y + 1) * stride + x + 1;
                        if (sign[at] != 0) continue;
                        var context = Context(at);
                        if (context == 0) continue;
                        visited[at] = true;
                        if (bits.Decide(context) == 1) BecomeSignificant(at, plane);
                    }
        }

        private void Refine(int plane)
        {
            for (var top = 0; top < high; top += 4)
                for (var x = 0; x < wide; x++)
                    for (var y = top; y < Math.Min(top + 4, high); y++)
                    {
                        var at = (y + 1) * stride + x + 1;
                        if (sign[at] == 0 || visited[at]) continue;
                        var context = refined[at] ? 16 : Across(at) + Along(at) + Diagonal(at) > 0 ? 15 : 14;
                        refined[at] = true;
                        if (bits.Decide(context) == 1) magnitude[at] |= 1 << plane;
                    }
        }

        private void CleanUp(int plane)
        {
            for (var top = 0; top < high; top += 4)
                for (var x = 0; x < wide; x++)
                {
                    var y = top;
                    var found = false;
                    if (top + 4 <= high && IsQuiet(top, x))
                    {
                        if (bits.Decide(17) == 0) continue;
                        y += bits.Decide(18) << 1;
                        y += bits.Decide(18);
                        found = true;
                    }
                    for (; y < Math.Min(top + 4, high); y++)
                    {
                        var at = (y + 1) * stride + x + 1;
                        if (!found && (sign[at] != 0 || visited[at])) continue;
                        if (found || bits.Decide(Context(at)) == 1) BecomeSignificant(at, plane);
                        found = false;
                    }
                }
        }

        /// <summary>Four in a column with nothing in or around them: one decision stands for all.</summary>
        private bool IsQuiet(int top, int x)
        {
            for (var y = top; y < top + 4; y++)
            {
                var at = (y + 1) * stride + x + 1;
                if (sign[at] != 0 || visited[at] || Context(at) != 0) return false;
            }
            return true;
        }
    }

    /// <summary>The way back from bands to samples (annex F).</summary>
    internal static class Wavelet
    {
        /// <summary>Joins four bands to the next resolution. A side may begin at an odd place, where a tile does.</summary>
        internal static double[] Join(double[][] bands, int[] widths, int x0, int y0, int x1, int y1, bool exact)
        {
            int wide = x1 - x0, high = y1 - y0;
            var joined = new double[wide * high];
            for (var y = 0; y < high; y++)
                for (var x = 0; x < wide; x++)
                {
                    int right = (x0 + x) & 1, below = (y0 + y) & 1, band = right + 2 * below;
                    joined[y * wide + x] = bands[band][y / 2 * widths[band] + x / 2];
                }
            var line = new double[Math.Max(wide, high)];
            for (var y = 0; y < high; y++)
            {
                Array.Copy(joined, y * wide, line, 0, wide);
                Lift(line, wide, x0 & 1, exact);
                Array.Copy(line, 0, joined, y * wide, wide);
            }
            for (var x = 0; x < wide; x++)
            {
                for (var y = 0; y < high; y++) line[y] = joined[y * wide + x];
                Lift(line, high, y0 & 1, exact);
                for (var y = 0; y < high; y++) joined[y * wide + x] = line[y];
            }
            return joined;
        }

        private static void Lift(double[] line, int size, int odd, bool exact)
        {
            if (size == 1)
            {
                if (odd == 1) line[0] /= 2;
                return;
            }
            if (exact)
            {
                Step(line, size, odd, 0, sum => -Math.Floor((sum + 2) / 4));
                Step(line, size, odd, 1, sum => Math.Floor(sum / 2));
                return;
            }
            const double low = 1.230174104914001;
            for (var at = 0; at < size; at++) line[at] *= ((at + odd) & 1) == 0 ? low : 1 / low;
            Step(line, size, odd, 0, sum => -0.443506852043971 * sum);
            Step(line, size, odd, 1, sum => -0.882911075530934 * sum);
            Step(line, size, odd, 0, sum => 0.052980118572961 * sum);
            Step(line, size, odd, 1, sum => 1.586134342059924 * sum);
        }

        /// <summary>Adds to every second sample what its neighbours say; the line is mirrored at its ends.</summary>
        private static void Step(double[] line, int size, int odd, int which, Func<double, double> change)
        {
            for (var at = (odd + which) & 1; at < size; at += 2)
            {
                var before = at > 0 ? line[at - 1] : line[1];
                var after = at + 1 < size ? line[at + 1] : line[size - 2];
                line[at] += change(before + after);
            }
        }
    }
}
