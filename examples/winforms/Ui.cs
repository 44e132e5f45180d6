// What the screens are drawn with: one scale, a few colours, buttons that a finger finds.
using System;
using System.Collections.Generic;
using System.Drawing;
using System.Drawing.Drawing2D;
using System.Drawing.Text;
using System.Windows.Forms;

namespace ReceptionDesk
{
    internal static class Ui
    {
        /// <summary>1 for 96 dots an inch and usual eyes; all lengths and fonts grow with it.</summary>
        internal static float Factor = 1;

        internal static readonly Color Navy = Color.FromArgb(0x16, 0x32, 0x4F), Blue = Color.FromArgb(0x1F, 0x5F, 0xA8), PaleBlue = Color.FromArgb(0xE6, 0xEF, 0xF8);
        internal static readonly Color Ground = Color.FromArgb(0xF2, 0xF5, 0xF8), Line = Color.FromArgb(0xCF, 0xD8, 0xE1), Ink = Color.FromArgb(0x1B, 0x26, 0x31), Quiet = Color.FromArgb(0x53, 0x61, 0x6F);
        internal static readonly Color Green = Color.FromArgb(0x17, 0x70, 0x45), Red = Color.FromArgb(0xB0, 0x22, 0x1E), Amber = Color.FromArgb(0x8A, 0x53, 0x00), PaleAmber = Color.FromArgb(0xFF, 0xF4, 0xDC);
        internal static readonly Color PaleRed = Color.FromArgb(0xFC, 0xEB, 0xEA), PaleGreen = Color.FromArgb(0xE7, 0xF4, 0xEC);

        private static readonly string[] Faces = { "Yu Gothic UI", "Meiryo UI", "Meiryo", "Noto Sans CJK JP", "Noto Sans JP", "IPAexGothic" };
        private static readonly Dictionary<string, Font> Fonts = new Dictionary<string, Font>();
        private static string face;

        internal static int Px(float length) { return (int)Math.Round(length * Factor); }

        internal static Font Font(float size, bool bold = false)
        {
            if (face == null) face = FirstFace();
            var key = size + (bold ? "b" : "");
            Font font;
            if (!Fonts.TryGetValue(key, out font))
                Fonts.Add(key, font = new Font(face, size * Factor, bold ? FontStyle.Bold : FontStyle.Regular, GraphicsUnit.Pixel));
            return font;
        }

        private static string FirstFace()
        {
            var installed = new HashSet<string>();
            foreach (var family in FontFamily.Families) installed.Add(family.Name);
            foreach (var name in Faces) if (installed.Contains(name)) return name;
            return FontFamily.GenericSansSerif.Name;
        }

        internal static GraphicsPath Round(Rectangle around, int radius)
        {
            var path = new GraphicsPath();
            int twice = Math.Max(2, radius * 2);
            path.AddArc(around.Left, around.Top, twice, twice, 180, 90);
            path.AddArc(around.Right - twice, around.Top, twice, twice, 270, 90);
            path.AddArc(around.Right - twice, around.Bottom - twice, twice, twice, 0, 90);
            path.AddArc(around.Left, around.Bottom - twice, twice, twice, 90, 90);
            path.CloseFigure();
            return path;
        }

        internal static void Fine(Graphics graphics)
        {
            graphics.SmoothingMode = SmoothingMode.AntiAlias;
            graphics.TextRenderingHint = TextRenderingHint.AntiAlias;
        }

        internal static StringFormat Middle(StringAlignment across = StringAlignment.Center)
        {
            return new StringFormat { Alignment = across, LineAlignment = StringAlignment.Center, Trimming = StringTrimming.EllipsisCharacter };
        }

        /// <summary>How high a text is when it is wrapped at a width.</summary>
        internal static int Height(string text, Font font, int width)
        {
            using (var bitmap = new Bitmap(1, 1))
            using (var graphics = Graphics.FromImage(bitmap))
            {
                Fine(graphics);
                return (int)Math.Ceiling(graphics.MeasureString(text, font, width).Height);
            }
        }
    }

    /// <summary>Text, wrapped, drawn as fine as the machine can.</summary>
    internal sealed class Words : Control
    {
        private StringAlignment across = StringAlignment.Near, down = StringAlignment.Center;

        internal Words(string name, float size, bool bold, Color ink)
        {
            SetStyle(ControlStyles.UserPaint | ControlStyles.AllPaintingInWmPaint | ControlStyles.OptimizedDoubleBuffer | ControlStyles.SupportsTransparentBackColor | ControlStyles.ResizeRedraw, true);
            SetStyle(ControlStyles.Selectable, false);
            Name = name;
            Font = Ui.Font(size, bold);
            ForeColor = ink;
            BackColor = Color.Transparent;
        }

        internal Words At(StringAlignment horizontal, StringAlignment vertical = StringAlignment.Center)
        {
            across = horizontal;
            down = vertical;
            return this;
        }

        protected override void OnTextChanged(EventArgs e)
        {
            base.OnTextChanged(e);
            Invalidate();
        }

        /// <summary>Whether all of the text has room.</summary>
        internal bool Fits { get { return Text.Length == 0 || Ui.Height(Text, Font, Width) <= Height + Ui.Px(2); } }

        protected override void OnPaint(PaintEventArgs e)
        {
            Ui.Fine(e.Graphics);
            using (var brush = new SolidBrush(ForeColor))
            using (var format = new StringFormat { Alignment = across, LineAlignment = down, Trimming = StringTrimming.EllipsisCharacter })
                e.Graphics.DrawString(Text, Font, brush, new RectangleF(0, 0, Width, Height), format);
        }
    }

    /// <summary>A white sheet with a thin edge, or one in a colour.</summary>
    internal class Sheet : Panel
    {
        internal Color Fill = Color.White, Edge = Ui.Line;
        internal int Radius = 10;

        internal Sheet(string name = "")
        {
            Name = name;
            SetStyle(ControlStyles.UserPaint | ControlStyles.AllPaintingInWmPaint | ControlStyles.OptimizedDoubleBuffer | ControlStyles.ResizeRedraw, true);
            BackColor = Ui.Ground;
        }

        protected override void OnPaintBackground(PaintEventArgs e)
        {
            using (var brush = new SolidBrush(Parent == null ? Ui.Ground : Back(Parent))) e.Graphics.FillRectangle(brush, ClientRectangle);
            Ui.Fine(e.Graphics);
            using (var path = Ui.Round(new Rectangle(0, 0, Width - 1, Height - 1), Ui.Px(Radius)))
            using (var brush = new SolidBrush(Fill))
            using (var pen = new Pen(Edge))
            {
                e.Graphics.FillPath(brush, path);
                e.Graphics.DrawPath(pen, path);
            }
        }

        /// <summary>The colour behind a control.</summary>
        internal static Color Back(Control control)
        {
            var sheet = control as Sheet;
            return sheet == null ? control.BackColor : sheet.Fill;
        }
    }

    /// <summary>A large button with round corners.</summary>
    internal sealed class Touch : Button
    {
        private readonly Color fill, ink, edge;
        private bool over, down, chosen, quiet;

        internal Touch(string name, string text, float size, Color fill, Color ink, Color edge)
        {
            SetStyle(ControlStyles.UserPaint | ControlStyles.AllPaintingInWmPaint | ControlStyles.OptimizedDoubleBuffer | ControlStyles.ResizeRedraw, true);
            Name = name;
            Text = text;
            Font = Ui.Font(size, true);
            this.fill = fill;
            this.ink = ink;
            this.edge = edge;
            Cursor = Cursors.Hand;
            FlatStyle = FlatStyle.Flat;
        }

        internal static Touch Primary(string name, string text, float size = 20) { return new Touch(name, text, size, Ui.Blue, Color.White, Ui.Blue); }
        internal static Touch Plain(string name, string text, float size = 18) { return new Touch(name, text, size, Color.White, Ui.Navy, Color.FromArgb(0x8A, 0x9B, 0xAC)); }

        /// <summary>One of several that is the present one.</summary>
        internal bool Chosen
        {
            get { return chosen; }
            set { chosen = value; Invalidate(); }
        }

        /// <summary>Drawn as one that is not the first choice.</summary>
        internal bool Quiet
        {
            get { return quiet; }
            set { quiet = value; Invalidate(); }
        }

        protected override void OnMouseEnter(EventArgs e) { over = true; Invalidate(); base.OnMouseEnter(e); }
        protected override void OnMouseLeave(EventArgs e) { over = down = false; Invalidate(); base.OnMouseLeave(e); }
        protected override void OnMouseDown(MouseEventArgs e) { down = true; Invalidate(); base.OnMouseDown(e); }
        protected override void OnMouseUp(MouseEventArgs e) { down = false; Invalidate(); base.OnMouseUp(e); }

        protected override void OnPaint(PaintEventArgs e)
        {
            var graphics = e.Graphics;
            using (var brush = new SolidBrush(Parent == null ? Ui.Ground : Sheet.Back(Parent))) graphics.FillRectangle(brush, ClientRectangle);
            Ui.Fine(graphics);
            Color now = chosen ? Ui.Navy : fill, text = chosen ? Color.White : ink, line = chosen ? Ui.Navy : edge;
            if (quiet) { now = Color.White; text = Ui.Navy; line = Color.FromArgb(0x8A, 0x9B, 0xAC); }
            if (!Enabled && chosen) { now = line = Color.FromArgb(0x8C, 0x9B, 0xAA); }
            else if (!Enabled) { now = Color.FromArgb(0xE9, 0xED, 0xF1); text = Color.FromArgb(0x7D, 0x89, 0x95); line = Ui.Line; }
            else if (down) now = ControlPaint.Dark(now, 0.02f);
            else if (over) now = now == Color.White ? Ui.PaleBlue : ControlPaint.Light(now, 0.15f);
            using (var path = Ui.Round(new Rectangle(1, 1, Width - 3, Height - 3), Ui.Px(8)))
            using (var brush = new SolidBrush(now))
            using (var pen = new Pen(line))
            {
                graphics.FillPath(brush, path);
                graphics.DrawPath(pen, path);
            }
            if (Focused && Enabled)
                using (var path = Ui.Round(new Rectangle(3, 3, Width - 7, Height - 7), Ui.Px(6)))
                using (var pen = new Pen(Color.FromArgb(0x9D, 0xC3, 0xEA), Ui.Px(2))) graphics.DrawPath(pen, path);
            using (var brush = new SolidBrush(text))
            using (var format = Ui.Middle()) graphics.DrawString(Text, Font, brush, new RectangleF(0, 0, Width, Height), format);
        }
    }

    /// <summary>A box to tick that a finger finds.</summary>
    internal sealed class Tick : CheckBox
    {
        internal Tick(string name, string text)
        {
            SetStyle(ControlStyles.UserPaint | ControlStyles.AllPaintingInWmPaint | ControlStyles.OptimizedDoubleBuffer | ControlStyles.ResizeRedraw, true);
            Name = name;
            Text = text;
            Font = Ui.Font(18);
            Cursor = Cursors.Hand;
        }

        protected override void OnPaint(PaintEventArgs e)
        {
            e.Graphics.Clear(Sheet.Back(Parent));
            Ui.Fine(e.Graphics);
            int side = Ui.Px(26), top = (Height - side) / 2;
            using (var path = Ui.Round(new Rectangle(1, top, side, side), Ui.Px(5)))
            using (var brush = new SolidBrush(Checked ? Ui.Blue : Color.White))
            using (var pen = new Pen(Checked || Focused ? Ui.Blue : Color.FromArgb(0x8A, 0x9B, 0xAC), Ui.Px(Focused ? 2 : 1)))
            {
                e.Graphics.FillPath(brush, path);
                e.Graphics.DrawPath(pen, path);
            }
            if (Checked)
                using (var pen = new Pen(Color.White, Ui.Px(3)))
                    e.Graphics.DrawLines(pen, new[] { new Point(1 + side * 24 / 100, top + side / 2), new Point(1 + side * 43 / 100, top + side * 70 / 100), new Point(1 + side * 77 / 100, top + side * 30 / 100) });
            using (var brush = new SolidBrush(Ui.Ink))
            using (var format = Ui.Middle(StringAlignment.Near))
                e.Graphics.DrawString(Text, Font, brush, new RectangleF(side + Ui.Px(14), 0, Width - side - Ui.Px(14), Height), format);
        }
    }

    /// <summary>Four places for four digits. It knows how many there are and nothing of which.</summary>
    internal sealed class Dots : Control
    {
        private int count;

        internal Dots(string name)
        {
            SetStyle(ControlStyles.UserPaint | ControlStyles.AllPaintingInWmPaint | ControlStyles.OptimizedDoubleBuffer | ControlStyles.ResizeRedraw, true);
            SetStyle(ControlStyles.Selectable, false);
            Name = name;
        }

        internal int Count
        {
            get { return count; }
            set { count = value; Invalidate(); }
        }

        protected override void OnPaint(PaintEventArgs e)
        {
            e.Graphics.Clear(Sheet.Back(Parent));
            Ui.Fine(e.Graphics);
            int gap = Ui.Px(14), side = Math.Min(Height - 2, (Width - 3 * gap) / 4), left = (Width - 4 * side - 3 * gap) / 2;
            for (var one = 0; one < 4; one++)
            {
                var place = new Rectangle(left + one * (side + gap), 0, side - 1, side - 1);
                using (var path = Ui.Round(place, Ui.Px(8)))
                using (var brush = new SolidBrush(one < count ? Ui.PaleBlue : Color.White))
                using (var pen = new Pen(one == count ? Ui.Blue : Ui.Line, one == count ? Ui.Px(2) : 1))
                {
                    e.Graphics.FillPath(brush, path);
                    e.Graphics.DrawPath(pen, path);
                }
                if (one >= count) continue;
                var dot = side * 3 / 10;
                using (var brush = new SolidBrush(Ui.Navy)) e.Graphics.FillEllipse(brush, place.Left + (side - dot) / 2, place.Top + (side - dot) / 2, dot, dot);
            }
        }
    }

    /// <summary>The reader, with or without a card on it.</summary>
    internal sealed class ReaderPicture : Control
    {
        private bool laid;

        internal ReaderPicture(string name)
        {
            SetStyle(ControlStyles.UserPaint | ControlStyles.AllPaintingInWmPaint | ControlStyles.OptimizedDoubleBuffer | ControlStyles.ResizeRedraw, true);
            SetStyle(ControlStyles.Selectable, false);
            Name = name;
        }

        internal bool Laid
        {
            get { return laid; }
            set { laid = value; Invalidate(); }
        }

        protected override void OnPaint(PaintEventArgs e)
        {
            var graphics = e.Graphics;
            graphics.Clear(Sheet.Back(Parent));
            Ui.Fine(graphics);
            int wide = Ui.Px(208), left = (Width - wide) / 2, bottom = Height - Ui.Px(6);
            var reader = new Rectangle(left, bottom - Ui.Px(82), wide, Ui.Px(78));
            using (var path = Ui.Round(reader, Ui.Px(14)))
            using (var brush = new LinearGradientBrush(reader, Color.FromArgb(0x4A, 0x5B, 0x6C), Color.FromArgb(0x2C, 0x3A, 0x48), 90f)) graphics.FillPath(brush, path);
            using (var brush = new SolidBrush(laid ? Color.FromArgb(0x5F, 0xD3, 0x8D) : Color.FromArgb(0x7C, 0x8C, 0x9C)))
                graphics.FillEllipse(brush, reader.Right - Ui.Px(26), reader.Bottom - Ui.Px(20), Ui.Px(9), Ui.Px(9));
            var card = new Rectangle(left + Ui.Px(32), reader.Top + (laid ? Ui.Px(-38) : Ui.Px(-96)), wide - Ui.Px(64), Ui.Px(88));
            using (var path = Ui.Round(card, Ui.Px(8)))
            using (var brush = new LinearGradientBrush(card, Color.White, Color.FromArgb(0xDC, 0xE9, 0xF5), 45f))
            using (var pen = new Pen(Color.FromArgb(0x9A, 0xB2, 0xC8)))
            {
                graphics.FillPath(brush, path);
                graphics.DrawPath(pen, path);
            }
            using (var brush = new SolidBrush(Color.FromArgb(0xD7, 0xB2, 0x5D))) graphics.FillRectangle(brush, card.Left + Ui.Px(13), card.Top + Ui.Px(28), Ui.Px(22), Ui.Px(17));
            using (var brush = new SolidBrush(Color.FromArgb(0xB9, 0xCB, 0xDC)))
            {
                graphics.FillRectangle(brush, card.Left + Ui.Px(13), card.Top + Ui.Px(12), Ui.Px(58), Ui.Px(6));
                graphics.FillRectangle(brush, card.Left + Ui.Px(46), card.Top + Ui.Px(30), Ui.Px(44), Ui.Px(5));
                graphics.FillRectangle(brush, card.Left + Ui.Px(46), card.Top + Ui.Px(41), Ui.Px(34), Ui.Px(5));
                graphics.FillEllipse(brush, card.Right - Ui.Px(36), card.Top + Ui.Px(16), Ui.Px(20), Ui.Px(20));
                graphics.FillPie(brush, card.Right - Ui.Px(42), card.Top + Ui.Px(39), Ui.Px(32), Ui.Px(34), 180, 180);
            }
            if (laid) return;
            // Where to: an arrow down.
            using (var pen = new Pen(Color.FromArgb(0x9C, 0xCB, 0xFA), Ui.Px(4)) { EndCap = LineCap.Round, StartCap = LineCap.Round, LineJoin = LineJoin.Round })
            {
                int middle = reader.Left + wide / 2, tip = reader.Top + Ui.Px(40);
                graphics.DrawLine(pen, middle, tip - Ui.Px(26), middle, tip);
                graphics.DrawLines(pen, new[] { new Point(middle - Ui.Px(11), tip - Ui.Px(11)), new Point(middle, tip), new Point(middle + Ui.Px(11), tip - Ui.Px(11)) });
            }
        }
    }

    /// <summary>The mark of a banner: a tick, a cross or an exclamation mark in a circle.</summary>
    internal sealed class Mark : Control
    {
        internal char Sign = '!';

        internal Mark(string name)
        {
            SetStyle(ControlStyles.UserPaint | ControlStyles.AllPaintingInWmPaint | ControlStyles.OptimizedDoubleBuffer, true);
            SetStyle(ControlStyles.Selectable, false);
            Name = name;
        }

        protected override void OnPaint(PaintEventArgs e)
        {
            var back = Sheet.Back(Parent);
            e.Graphics.Clear(back);
            Ui.Fine(e.Graphics);
            int side = Math.Min(Width, Height) - 2, left = (Width - side) / 2, top = (Height - side) / 2;
            e.Graphics.FillEllipse(Brushes.White, left, top, side, side);
            Func<double, double, PointF> at = (x, y) => new PointF((float)(left + side * x), (float)(top + side * y));
            using (var pen = new Pen(back, side * 0.11f) { StartCap = LineCap.Round, EndCap = LineCap.Round, LineJoin = LineJoin.Round })
            {
                if (Sign == 'v') e.Graphics.DrawLines(pen, new[] { at(0.27, 0.52), at(0.44, 0.68), at(0.74, 0.34) });
                else if (Sign == 'x') { e.Graphics.DrawLine(pen, at(0.33, 0.33), at(0.67, 0.67)); e.Graphics.DrawLine(pen, at(0.67, 0.33), at(0.33, 0.67)); }
                else { e.Graphics.DrawLine(pen, at(0.5, 0.26), at(0.5, 0.56)); e.Graphics.DrawLine(pen, at(0.5, 0.74), at(0.5, 0.745)); }
            }
        }
    }
}
