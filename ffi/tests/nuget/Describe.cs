// What an assembly says of itself: "NAME VERSION", "by TOKEN" of its strong name, and "needs NAME VERSION", line by line.
using System;
using System.Reflection;

internal static class Describe
{
    private static int Main(string[] arguments)
    {
        foreach (var path in arguments)
        {
            var assembly = Assembly.ReflectionOnlyLoadFrom(path);
            var name = assembly.GetName();
            Console.WriteLine("{0} {1}", name.Name, name.Version);
            Console.WriteLine("by {0}", BitConverter.ToString(name.GetPublicKeyToken() ?? new byte[0]));
            foreach (var needed in assembly.GetReferencedAssemblies()) Console.WriteLine("needs {0} {1}", needed.Name, needed.Version);
        }
        return 0;
    }
}
